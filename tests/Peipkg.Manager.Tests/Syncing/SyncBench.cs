using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;
using Peipkg.Manager.Tests.EndToEnd;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.Syncing;

/// <summary>
/// A repository that grows by real publishes, and the manager's syncing, with the real rclone, rsync, ssh and git, to
/// places of its own.
/// </summary>
internal sealed class SyncBench : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManagerDatabase _database;
    private readonly HttpClient _client = new();
    private readonly RepositoryGate _gate = new();
    private readonly List<Syncer> _syncers = [];
    private readonly StateLayout _layout;
    private int _published;

    public SyncBench()
    {
        Clock = new ManualClock(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        _layout = new StateLayout(this["state"]);
        _layout.Create();
        _database = ManagerDatabase.Open(_layout.Database);
        Ssh = new SshServer(this["ssh"]);
        TestFarm.RunTool(Tools.Repo, "keygen", "--out", this["key"]);
        TestFarm.RunTool(
            Tools.Repo,
            "init",
            "--name",
            "bench",
            "--sign-key",
            this["key"],
            "--timestamp",
            Next(),
            "--out",
            _layout.Repository
        );
        Store = new SyncStore(_database, Clock);
        Builds = new BuildStore(_database);
        Moves = new BuildMoves(_database, Clock);
    }

    public string this[string name] => _directory[name];

    public string Repository => _layout.Repository;

    public StateLayout Layout => _layout;

    public SshServer Ssh { get; }

    public ManualClock Clock { get; }

    public SyncStore Store { get; }

    public BuildStore Builds { get; }

    public BuildMoves Moves { get; }

    /// <summary>Publishes a new version of each package: small, with a name that is hard on servers among them.</summary>
    public void Publish(params string[] names)
    {
        string version = string.Create(CultureInfo.InvariantCulture, $"1:2.{++_published}~rc1-1");
        string incoming = this["incoming"];
        Directory.CreateDirectory(incoming);
        foreach (string name in names.Length > 0 ? names : ["lib++", "plain"])
        {
            string staged = this["staged"];
            Directory.CreateDirectory(Path.Combine(staged, "usr", "share", name));
            File.WriteAllText(Path.Combine(staged, "usr", "share", name, "file"), version);
            File.WriteAllText(
                this["manifest.json"],
                $$"""
                {"schema_version":1,"name":"{{name}}","version":"{{version}}","architecture":"noarch","description":"","license":"MIT",
                "homepage":"","dependencies":[],"optional_dependencies":[],"conflicts":[],"provides":[],"replaces":[],"side_effects":[],
                "size_installed":0,"sd_overrides":[],"build":{"timestamp":"2026-05-01T12:00:00Z","farm_id":"bench","source_ref":"test://bench"}
                }
                """
            );
            TestFarm.RunTool(
                Tools.Build,
                "pack",
                "--manifest",
                this["manifest.json"],
                "--staged",
                staged,
                "--out",
                Path.Combine(incoming, $"{name}_{version}_noarch.peipkg"),
                "--sign-key",
                this["key"]
            );
            Directory.Delete(staged, recursive: true);
        }

        string[] template = PackagesUrl is { } url
            ? [$"--package-url-template={url}/{RepositoryLayout.PackageTemplate}"]
            : [];
        if (PackagesUrl is not null)
        {
            PackageShelf.Keep(incoming, _layout.Packages);
        }

        TestFarm.RunTool(
            Tools.Repo,
            [
                "publish",
                "--in",
                Repository,
                "--new",
                incoming,
                "--out",
                Repository,
                "--sign-key",
                this["key"],
                "--timestamp",
                Next(),
                .. template,
            ]
        );
        Directory.Delete(incoming, recursive: true);
    }

    public string? PackagesUrl { get; init; }

    /// <summary>The manager's syncing to these targets, as after a start.</summary>
    public Syncer Start(params UploadConfig[] uploads)
    {
        Dictionary<string, string> variables = Environment
            .GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "", StringComparer.Ordinal);
        variables["GIT_SSH_COMMAND"] = Ssh.Command;
        variables["RSYNC_RSH"] = Ssh.RsyncCommand;
        variables["RCLONE_CONFIG"] = this["rclone.conf"];
        variables.Remove("AWS_CA_BUNDLE");
        ToolSet tools = new(
            "/usr/bin/git",
            Tools.Build,
            Tools.Repo,
            new Dictionary<string, string> { ["rsync"] = "/usr/bin/rsync", ["rclone"] = "/usr/bin/rclone" }
        );
        ChildRunner children = new(TimeProvider.System, killsAdopted: false);
        SyncServices services = new(
            tools,
            _layout,
            new RepositoryState(Repository),
            _gate,
            Store,
            new ChildEnvironment(variables, _layout.Root),
            children,
            new GitRunner(new GitCommands(tools.Git, variables, _layout), children),
            new PublicCheck(_client),
            new Redactor(),
            Clock,
            NullLogger<Syncer>.Instance
        );
        Syncer syncer = new([.. uploads.Select(upload => new TargetSyncer(SyncTarget.From(upload), services))], Moves);
        _syncers.Add(syncer);
        return syncer;
    }

    public SyncTargetRecord Known(UploadConfig upload) => Store.Get(SyncTarget.From(upload).Key);

    /// <summary>SIGKILLs whatever program the syncing runs at this moment.</summary>
    public void KillChildren()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[6])))
        {
            try
            {
                if (
                    File.ReadAllText(directory + "/environ")
                        .Contains($"{Leftovers.Marker}={_layout.Root}\0", StringComparison.Ordinal)
                )
                {
                    using var process = System.Diagnostics.Process.GetProcessById(
                        int.Parse(directory[6..], CultureInfo.InvariantCulture)
                    );
                    process.Kill();
                }
            }
            catch (Exception exception)
                when (exception
                        is IOException
                            or UnauthorizedAccessException
                            or ArgumentException
                            or InvalidOperationException
                            or System.ComponentModel.Win32Exception
                )
            {
                // It ended.
            }
        }
    }

    public void Dispose()
    {
        foreach (Syncer syncer in _syncers)
        {
            syncer.Dispose();
        }

        Ssh.Dispose();
        _gate.Dispose();
        _client.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    private string Next()
    {
        Clock.Now = Clock.Now.AddSeconds(1);
        return Clock.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }
}
