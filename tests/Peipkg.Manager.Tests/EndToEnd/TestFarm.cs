using System.Diagnostics;
using System.Globalization;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>A farm of its own: recipes, key, configuration, state, and a real upstream.</summary>
internal sealed class TestFarm : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public TestFarm(string? upload = null, string? http = null)
    {
        Upstream = new GitRepository(this["upstream"]);
        Directory.CreateDirectory(this["recipes"]);

        // The tools under their own names on a PATH of our own, wherever they were built.
        Directory.CreateDirectory(this["bin"]);
        File.CreateSymbolicLink(this["bin/peipkg-build"], Tools.Build);
        File.CreateSymbolicLink(this["bin/peipkg-repo"], Tools.Repo);
        RunTool(Tools.Repo, "keygen", "--out", this["key"]);
        Configure(upload, http);
    }

    public GitRepository Upstream { get; }

    public string this[string name] => _directory[name];

    public string Path => _directory.Path;

    public string Search => $"{this["bin"]}:/usr/bin:/bin";

    public void Configure(string? upload = null, string? http = null) =>
        File.WriteAllText(
            this["config.toml"],
            $"""
            [manager]
            id = "farm-1"
            recipes_dir = "{this["recipes"]}"
            state_dir = "{this["state"]}"
            [repo]
            name = "demo"
            description = "A demonstration"
            [signing]
            key_file = "{this["key"]}"
            [upload]
            {upload ?? "backend = \"none\""}
            [http]
            {http}
            [poll]
            default_interval = "1h"

            """
        );

    /// <summary>A recipe whose folder is not named like its packages.</summary>
    public void AddRecipe(
        string name,
        string package,
        string script = "",
        string? git = null,
        string watch = "",
        bool doc = true
    )
    {
        Directory.CreateDirectory(this["recipes/" + name]);
        string second = doc
            ? $"""
                [[package]]
                name = "{package}-doc"
                architecture = "noarch"
                files = ["usr/share/doc/**"]
                """
            : "";
        File.WriteAllText(
            this[$"recipes/{name}/peipkg.toml"],
            $"""
            [meta]
            license = "MIT"
            build_script = "build.sh"
            [[package]]
            name = "{package}"
            architecture = "noarch"
            description = "A greeting"
            files = ["usr/share/{package}/**"]
            {second}
            [upstream]
            git = "{git ?? Upstream.Path}"
            tag_pattern = "^v([0-9.]+)$"
            peios_revision = 1
            {watch}

            """
        );
        string documentation = doc
            ? $"mkdir -p \"$DESTDIR/usr/share/doc/{package}\"; echo doc > \"$DESTDIR/usr/share/doc/{package}/README\""
            : "";
        File.WriteAllText(
            this[$"recipes/{name}/build.sh"],
            $"""
            set -eu
            echo "building in $PWD"
            {script}
            mkdir -p "$DESTDIR/usr/share/{package}"
            cp "$SOURCE_DIR/greeting" "$DESTDIR/usr/share/{package}/greeting"
            {documentation}

            """
        );
    }

    public void Release(params string[] versions)
    {
        foreach (string version in versions)
        {
            Upstream.Commit(("greeting", $"hello {version}\n"));
            Upstream.Tag("v" + version, annotated: true);
        }
    }

    public ManagerProcess Start(params string[] arguments) =>
        new(this, ["--config", this["config.toml"], .. arguments]);

    /// <summary>Runs the manager once, to its end; the exit code tells whether anything is missing then.</summary>
    public (int ExitCode, string Log) Once(params string[] arguments)
    {
        using ManagerProcess manager = Start(["--once", "--strict", .. arguments]);
        return (manager.WaitForExit(), manager.Log);
    }

    /// <summary>Lets no build wait any longer, as if its time had come. No manager may be running.</summary>
    public void MakeDue()
    {
        if (!File.Exists(this["state/manager.db"]))
        {
            return;
        }

        using ManagerDatabase database = ManagerDatabase.Open(this["state/manager.db"]);
        database.Write(session => session.Execute("UPDATE build SET next_attempt = 0 WHERE next_attempt IS NOT NULL"));
    }

    /// <summary>What the archive names, as "name version".</summary>
    public IReadOnlyList<string> Published(string repository = "state/repo") =>
        [
            .. IndexDocument
                .Read(File.ReadAllBytes(this[repository + "/index/archive.json"]))
                .Packages.Select(p => $"{p.Name} {p.Version}")
                .Order(StringComparer.Ordinal),
        ];

    public ulong Generation =>
        IndexDocument.Read(File.ReadAllBytes(this["state/repo/index/archive.json"])).IndexVersion;

    public static IReadOnlyList<string> Expected(string package, params string[] versions) =>
        [
            .. versions
                .SelectMany(v => new[] { $"{package} {v}-1", $"{package}-doc {v}-1" })
                .Order(StringComparer.Ordinal),
        ];

    public string Verify(string repository = "state/repo") => RunTool(Tools.Repo, "verify", "--repo", this[repository]);

    public static string RunTool(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(
            process.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{output}{errors.Result}"
        );
        return output;
    }

    /// <summary>Processes that carry the farm's mark.</summary>
    public IReadOnlyList<string> Children() => [.. Marked().Select(child => child.Line)];

    /// <summary>Their ids.</summary>
    public IReadOnlyList<int> ChildIds() => [.. Marked().Select(child => child.Id)];

    /// <summary>SIGKILL to a process, which may have ended.</summary>
    public static void Kill(int pid)
    {
        using Process kill = Process.Start(
            new ProcessStartInfo("/bin/kill", ["-KILL", pid.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardError = true,
            }
        )!;
        kill.WaitForExit();
    }

    private List<(int Id, string Line)> Marked()
    {
        List<(int, string)> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[6])))
        {
            try
            {
                if (File.ReadAllText(directory + "/environ").Contains(this["state"] + "\0", StringComparison.Ordinal))
                {
                    found.Add(
                        (
                            int.Parse(directory[6..], CultureInfo.InvariantCulture),
                            File.ReadAllText(directory + "/cmdline").Replace('\0', ' ')
                        )
                    );
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended.
            }
        }

        return found;
    }

    public void Dispose() => _directory.Dispose();
}
