using System.Text;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Starting;

/// <summary>What <c>new</c> was asked to do.</summary>
/// <param name="Name">The package's name, and the directory's.</param>
/// <param name="Template">One of <see cref="RecipeTemplate.Names"/>.</param>
/// <param name="Split">Whether headers and documentation become packages of their own.</param>
/// <param name="Edition">The edition of the format that the recipe is of.</param>
internal sealed record NewRequest(PackageName Name, string Template, bool Split, Edition Edition);

/// <summary>Makes a recipe directory that builds as it is. It appears as a whole, and replaces nothing.</summary>
internal static class NewOperation
{
    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable =
        Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    internal static int Run(NewRequest request, ToolContext context)
    {
        string directory = request.Name.Text;
        RequireFree(directory, request);
        IReadOnlyList<(string Path, string Content)> files = RecipeTemplate.Files(
            request.Template,
            request.Name,
            request.Split,
            request.Edition
        );

        string making = $".{directory}.{Guid.NewGuid():N}.tmp";
        try
        {
            foreach ((string path, string content) in files)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                Write(Path.Combine(making, path), content);
            }

            DurableFile.RenameNoReplace(making, directory);
        }
        catch (IOException) when (Path.Exists(directory))
        {
            RequireFree(directory, request);
            throw;
        }
        finally
        {
            if (Directory.Exists(making))
            {
                TreeRemoval.TryRemove(Path.GetFullPath(making));
            }
        }

        foreach ((string path, _) in files)
        {
            context.Output.WriteLine(Path.Combine(directory, path));
        }

        context.Diagnostics.Note(
            $"{directory}/source is an example source for trying the recipe; remove it when you use your own. Try:\n"
                + $"  {ToolContext.Program} build --recipe {directory} --source {directory}/source --version 1.0.0-1 \\\n"
                + "    --source-ref test://example --timestamp 2026-05-01T12:00:00Z --out out\n"
                + $"  {ToolContext.Program} check {directory}    (names what is left to fill in)"
        );
        return ExitCode.Success;
    }

    private static void RequireFree(string directory, NewRequest request)
    {
        if (Path.Exists(directory) || new FileInfo(directory).LinkTarget is not null)
        {
            throw new UserErrorException(
                $"{directory} exists already; choose another name, or run the command in another directory"
            );
        }

        if (request.Split && !PackageName.TryParse(directory + "-dev", out _, out string? error))
        {
            throw new UserErrorException($"--split makes {directory}-dev as well: {error}");
        }
    }

    private static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (FileStream file = new(path, FileMode.CreateNew, FileAccess.Write))
        {
            file.Write(Encoding.UTF8.GetBytes(content));
        }

        File.SetUnixFileMode(path, content.StartsWith("#!", StringComparison.Ordinal) ? Executable : Readable);
    }
}
