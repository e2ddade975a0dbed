using System.Text;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Tests.Support;

/// <summary>A directory with a recipe, a source tree and a place for temporary files, and the tool run on them.</summary>
public sealed class Workbench : IDisposable
{
    public const string OneStanza = """
        [meta]
        license = "MIT"
        build_script = "build.sh"

        [[package]]
        name = "demo"
        architecture = "noarch"
        files = ["usr/**"]

        """;

    public Workbench()
    {
        Root = Directory.CreateTempSubdirectory("peipkg-bench-").FullName;
        foreach (string directory in new[] { "recipe", "source", "tmp" })
        {
            Directory.CreateDirectory(this[directory]);
        }

        Recipe(OneStanza);
        Script("mkdir -p \"$DESTDIR/usr/share/demo\"; echo hi > \"$DESTDIR/usr/share/demo/file\"");
    }

    public string Root { get; }

    public string this[string path] => Path.Combine(Root, path);

    public string[] Outputs =>
        Directory.Exists(this["out"])
            ?
            [
                .. Directory
                    .EnumerateFileSystemEntries(this["out"])
                    .Select(path => Path.GetFileName(path)!)
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    public void Dispose() => Shell("chmod -R u+rwx . 2>/dev/null; rm -rf \"$PWD\"");

    public void Recipe(string text) => File.WriteAllText(this["recipe/peipkg.toml"], text.ReplaceLineEndings("\n"));

    public void Script(string text) =>
        File.WriteAllText(this["recipe/build.sh"], "set -eu\n" + text.ReplaceLineEndings("\n") + "\n");

    public string Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], content);
        return this[path];
    }

    /// <summary>Writes a shell script that can be run.</summary>
    public string Program(string path, string script)
    {
        Write(path, "#!/bin/sh\n" + script.ReplaceLineEndings("\n") + "\n");
        File.SetUnixFileMode(this[path], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return this[path];
    }

    public string Key(string name = "key.pem")
    {
        using SigningKey key = SigningKey.Generate();
        File.WriteAllBytes(this[name], key.ExportPem());
        File.SetUnixFileMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(this[Path.ChangeExtension(name, ".pub")], key.PublicKey.ExportPem());
        return this[name];
    }

    public string[] BuildArguments(params string[] more)
    {
        string[] standard =
        [
            "--recipe",
            this["recipe/peipkg.toml"],
            "--source",
            this["source"],
            "--version",
            "1.2-3",
            "--source-ref",
            "test://demo",
            "--farm-id",
            "bench",
            "--timestamp",
            "2026-05-01T12:00:00Z",
            "--out",
            this["out"],
        ];
        return ["build", .. Merge(standard, more)];
    }

    public RunResult Build(params string[] more) => Run(BuildArguments(more));

    /// <summary>Builds with a directory for temporary files in which something may be left.</summary>
    public RunResult BuildIn(string temporary, params string[] more) => Run(temporary, BuildArguments(more), default);

    public RunResult Run(params string[] args) => Run(default, args);

    public RunResult Run(CancellationToken cancellation, params string[] args)
    {
        RunResult result = Run(this["tmp"], args, cancellation);
        Assert.True(
            Directory.GetFileSystemEntries(this["tmp"]).Length == 0,
            "something was left in the temporary directory"
        );
        return result;
    }

    private RunResult Run(string temporary, string[] args, CancellationToken cancellation)
    {
        using StringWriter stdout = new() { NewLine = "\n" };
        using StringWriter stderr = new() { NewLine = "\n" };
        using MemoryStream script = new();
        Dictionary<string, string> variables = new()
        {
            ["PATH"] = SearchPath,
            ["TMPDIR"] = temporary,
            ["HOME"] = "/must-not-be-seen",
        };
        foreach ((string name, string value) in Variables)
        {
            variables[name] = value;
        }

        int code = BuildProgram.Run(
            args,
            stdout,
            new DiagnosticsOutput(stderr),
            variables,
            script,
            script,
            TimeProvider.System,
            cancellation,
            Input is null ? null : new ShellInput(Pipe.Holding(Encoding.UTF8.GetBytes(Input)), IsTerminal: false)
        );
        ScriptOutput = Encoding.UTF8.GetString(script.ToArray());
        return new RunResult(code, stdout.ToString(), stderr.ToString());
    }

    public string SearchPath { get; set; } = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

    /// <summary>More of the caller's environment.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>What a shell reads; null for nothing.</summary>
    public string? Input { get; set; }

    public string ScriptOutput { get; private set; } = "";

    public VerifiedPackage Package(string fileName)
    {
        using FileStream file = File.OpenRead(this[Path.Combine("out", fileName)]);
        return PackageVerifier.Verify(file);
    }

    /// <summary>Runs a shell command in the workbench and answers its output.</summary>
    public string Shell(string command, bool mayFail = false)
    {
        BoundedOutputStream output = new(1 << 20);
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                FileName = "/bin/sh",
                Arguments = ["-c", command],
                Environment = [new("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")],
                WorkingDirectory = Root,
                StandardOutput = output,
                StandardError = output,

                // The tool itself may be running beside.
                KillAdopted = false,
            },
            default
        );
        Assert.True(mayFail || exit.IsSuccess, $"{command} {exit}\n{output.Text()}");
        return output.Text();
    }

    /// <summary>Options given later replace those of the same name.</summary>
    private static IEnumerable<string> Merge(string[] standard, string[] more)
    {
        for (int i = 0; i < standard.Length; i += 2)
        {
            if (!more.Contains(standard[i]))
            {
                yield return standard[i];
                yield return standard[i + 1];
            }
        }

        foreach (string word in more)
        {
            yield return word;
        }
    }
}
