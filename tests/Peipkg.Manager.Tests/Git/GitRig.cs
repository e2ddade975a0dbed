using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Confinement;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Git;

/// <summary>A real upstream, and the manager's git at work on it.</summary>
public abstract class GitRig : IDisposable
{
    private protected GitRig()
    {
        Layout = new StateLayout(Scratch["state"]);
        Layout.Create();
        Git = MakeGit(new() { ["HOME"] = Scratch.Path });
        Upstream = new GitRepository(Scratch["up stream"]);
    }

    private protected TemporaryDirectory Scratch { get; } = new();

    private protected StateLayout Layout { get; }

    private protected GitRunner Git { get; }

    private protected GitRepository Upstream { get; }

    private protected FetchConfig Limits { get; set; } = FetchConfig.Default;

    private protected int Fetches { get; private set; }

    private protected string LastSource => Layout.SourceOf(Fetches);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Scratch.Dispose();

    private protected GitRunner MakeGit(Dictionary<string, string> environment) =>
        new(
            new GitCommands(
                "/usr/bin/git",
                new Dictionary<string, string>(environment) { ["PATH"] = "/usr/bin:/bin" },
                Layout
            ),
            new ChildRunner(TimeProvider.System, killsAdopted: false, new ProcessGroupConfinement(null, []))
        );

    private protected static GitAddress Url(string text) =>
        GitAddress.TryParse(text, out GitAddress? url, out string? error) ? url : throw new ArgumentException(error);

    private protected Task<IReadOnlyList<ListedTag>> List(string? url = null) =>
        new TagLister(Git, Layout, () => PollConfig.Default.Timeout).ListAsync(Url(url ?? Upstream.Path), default);

    private protected async Task<(string Directory, Timestamp Time)> Fetch(
        ListedTag tag,
        bool submodules = false,
        string? url = null
    )
    {
        Fetches++;
        string target = Directory.CreateDirectory(LastSource).FullName;
        using AttemptLog log = new(Layout.LogOf(Fetches), TimeProvider.System, new Redactor());
        SourceFetcher fetcher = new(Git, () => Limits, TimeProvider.System);
        return (target, await fetcher.FetchAsync(Url(url ?? Upstream.Path), tag, submodules, target, log, default));
    }
}
