using System.Text.Json;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Publishing;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Building;

/// <summary>
/// A build to be run elsewhere: one directory with all that it needs and a place for what it makes (docs/launchers.md).
/// No path in it leads out of it, so that it can be carried anywhere.
/// </summary>
/// <param name="Directory">The directory, an absolute path.</param>
internal sealed record BuildJob(string Directory)
{
    private const string RecipeDirectory = "recipe";
    private const string SourceDirectory = "source";
    private const string OutputDirectory = "out";
    private const string BegunFile = "begun";

    /// <summary>The description.</summary>
    public string File => Path.Combine(Directory, "job.json");

    /// <summary>Where the unsigned packages are expected.</summary>
    public string Output => Path.Combine(Directory, OutputDirectory);

    /// <summary>What a launcher that has to wait for its place makes when the build begins.</summary>
    public string Begun => Path.Combine(Directory, BegunFile);

    /// <summary>Fills a new directory.</summary>
    /// <param name="directory">Does not exist yet, on the source's file system.</param>
    /// <param name="order">What is to be built.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="config">The farm's id and what it says about sandboxes.</param>
    /// <param name="machine">The architecture of the machine that it needs.</param>
    /// <param name="limits">What the build may use.</param>
    /// <param name="source">The fetched source, which moves into the job.</param>
    public static BuildJob Prepare(
        string directory,
        BuildOrder order,
        long attempt,
        ManagerConfig config,
        Architecture machine,
        BuildLimits limits,
        string source
    )
    {
        BuildJob job = new(System.IO.Directory.CreateDirectory(directory).FullName);
        string recipeFile = order.Recipe.Document.File;

        // Links stay links: a recipe directory is the operator's, but what it points at may not be meant for workers.
        string recipe = System.IO.Directory.CreateDirectory(Path.Combine(directory, RecipeDirectory)).FullName;
        TreeCopy.Run(
            Path.GetDirectoryName(Path.GetFullPath(recipeFile))!,
            recipe,
            new TreeCopyOptions(),
            CancellationToken.None
        );

        // Its history is not part of a recipe (RecipeDigest), and may hold sockets of programs that watch it.
        TreeRemoval.Remove(Path.Combine(recipe, ".git"));
        System.IO.Directory.Move(source, Path.Combine(directory, SourceDirectory));
        System.IO.Directory.CreateDirectory(job.Output);
        IReadOnlyList<string> arguments = BuildArguments.Compose(
            order,
            config.FarmId,
            config.Builds.Sandbox,
            $"{RecipeDirectory}/{Path.GetFileName(recipeFile)}",
            SourceDirectory,
            OutputDirectory
        );

        // For xargs -0 and while read: a script needs no JSON reader to run the build and fetch what it made.
        string[] packages =
        [
            .. order.Recipe.Outputs.Select(o => PackageFileName.Compose(o.Name, order.Version, o.Architecture)),
        ];
        System.IO.File.WriteAllText(
            Path.Combine(directory, "job.args"),
            string.Concat(arguments.Select(word => word + "\0"))
        );
        System.IO.File.WriteAllText(
            Path.Combine(directory, "job.packages"),
            string.Concat(packages.Select(name => name + "\n"))
        );
        System.IO.File.WriteAllBytes(job.File, Describe(order, attempt, config, machine, limits, packages, arguments));
        return job;
    }

    private static byte[] Describe(
        BuildOrder order,
        long attempt,
        ManagerConfig config,
        Architecture machine,
        BuildLimits limits,
        IReadOnlyList<string> packages,
        IReadOnlyList<string> arguments
    )
    {
        using MemoryStream content = new();
        using (Utf8JsonWriter json = new(content, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("schema_version", 1);
            json.WriteString("farm_id", config.FarmId);
            json.WriteNumber("attempt", attempt);
            json.WriteString("recipe", order.Recipe.Name);
            json.WriteString("version", order.Version.Text);
            json.WriteNumber("revision", order.Version.Revision);
            json.WriteString("architecture", machine.Text);
            json.WriteString("source_ref", order.SourceRef);
            json.WriteString("commit", order.Commit);
            json.WriteString("timestamp", order.Timestamp.Text);
            json.WriteString("recipe_file", $"{RecipeDirectory}/{Path.GetFileName(order.Recipe.Document.File)}");
            json.WriteString("source", SourceDirectory);
            json.WriteString("out", OutputDirectory);
            Strings("packages", packages);
            Strings("arguments", arguments);
            if (config.Builds.Sandbox is { } sandbox)
            {
                json.WriteBoolean("sandbox", sandbox);
            }

            json.WriteStartObject("limits");
            Limit("time_seconds", limits.Time is { } time ? (long)time.TotalSeconds : null);
            Limit("silence_seconds", limits.Silence is { } silence ? (long)silence.TotalSeconds : null);
            Limit("log_bytes", limits.Log);
            Limit("memory_bytes", limits.Memory);
            Limit("cpus", limits.Cpus);
            Limit("processes", limits.Processes);
            Limit("disk_bytes", limits.Disk);
            json.WriteEndObject();
            json.WriteEndObject();

            void Strings(string name, IEnumerable<string> values)
            {
                json.WriteStartArray(name);
                foreach (string value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }

            void Limit(string name, long? value)
            {
                if (value is { } number)
                {
                    json.WriteNumber(name, number);
                }
            }
        }

        content.Write("\n"u8);
        return content.ToArray();
    }
}
