using Microsoft.Extensions.Logging;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>peipkg-repo failed; the message has its own last words.</summary>
internal class PublishException(string message) : Exception(message);

/// <summary>peipkg-repo will never take some of the packages, and changed nothing.</summary>
/// <param name="message">Its last words.</param>
/// <param name="reasons">Why, by the name of the file.</param>
internal sealed class RefusedException(string message, ILookup<string, string> reasons) : PublishException(message)
{
    /// <summary>Why, by the name of the file.</summary>
    public ILookup<string, string> Reasons => reasons;
}

/// <summary>Runs <c>peipkg-repo</c> on the farm's repository.</summary>
internal sealed class RepoTool(
    ToolSet tools,
    ConfigHolder config,
    StateLayout layout,
    RepositoryState repository,
    ChildEnvironment environment,
    ChildRunner children,
    FarmClock own,
    TimeProvider clock,
    ILogger<RepoTool> logger
)
{
    private static readonly ChildLimits Limits = new(TimeSpan.FromHours(6), TimeSpan.FromHours(6));

    private const int MostReport = 1 << 20;

    private string Staging => Path.Combine(layout.Stage, "repo");

    /// <summary>
    /// Creates the repository when there is none. It is made aside and renamed into place, so that a crash leaves
    /// either none or a whole one.
    /// </summary>
    /// <exception cref="PublishException">peipkg-repo refused.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (repository.Exists)
        {
            return;
        }

        TreeRemoval.Remove(Staging);
        RepositoryConfig wanted = config.Current.Repository;
        string[] description = wanted.Description.Length > 0 ? [$"--description={wanted.Description}"] : [];
        await RunAsync(
            "init",
            cancellation,
            [
                $"--name={wanted.Name}",
                .. description,
                .. wanted.Edition is { } edition ? (string[])[$"--edition={edition}"] : [],
                .. wanted.Official is true ? (string[])["--official"] : [],
                $"--sign-key={config.Current.KeyFile}",
                $"--timestamp={Timestamp.FromUnixSeconds(own.Believed().ToUnixTimeSeconds())}",
                $"--out={Staging}",
            ]
        );
        if (Directory.Exists(repository.Directory))
        {
            // Fails when it holds something: that is for the operator to look at.
            Directory.Delete(repository.Directory, recursive: false);
        }

        Directory.Move(Staging, repository.Directory);
        DurableFile.SyncDirectory(layout.Root);
        repository.Invalidate();
        PublishEvents.Created(logger, wanted.Name, repository.Directory);
    }

    /// <summary>Makes the key that signs verdicts, when there is none.</summary>
    /// <exception cref="PublishException">peipkg-repo refused.</exception>
    public async Task EnsureVerdictKeyAsync(CancellationToken cancellation)
    {
        if (!File.Exists(layout.VerdictKey))
        {
            await RunAsync("keygen", cancellation, $"--out={layout.VerdictKey}");
        }
    }

    /// <summary>Takes every package of a directory into the repository; of the directory of verdicts, every verdict.</summary>
    /// <exception cref="RefusedException">It refuses packages for what they are.</exception>
    /// <exception cref="PublishException">It failed.</exception>
    public async Task PublishAsync(string packages, CancellationToken cancellation)
    {
        string[] template = [];
        if (config.Current.PackagesUrl is { } url)
        {
            // The repository will not hold them: they are kept for the target that will, before the index names them.
            PackageShelf.Keep(packages, layout.Packages);
            template = [$"--package-url-template={url}/{RepositoryLayout.PackageTemplate}"];
        }

        try
        {
            await RunAsync(
                "publish",
                cancellation,
                [
                    $"--in={repository.Directory}",
                    $"--new={packages}",
                    $"--out={repository.Directory}",
                    $"--sign-key={config.Current.KeyFile}",
                    $"--timestamp={Now(repository.Published().GeneratedAt)}",
                    .. template,
                    .. packages == layout.Verdicts && VerdictKey.Read(layout) is { } rebuilder
                        ? (string[])[$"--rebuilder={rebuilder}"]
                        : [],
                    .. config.Current.Publishing.AllowSpecialSystem ? (string[])["--allow-special-system"] : [],
                    "--skip-existing",
                    "--require-signed",
                    // The farm has judged its clock by what it knows of its own past (FarmClock).
                    "--allow-future",
                    "--json",
                ]
            );
        }
        finally
        {
            repository.Invalidate();
        }
    }

    private async Task RunAsync(string subcommand, CancellationToken cancellation, params string[] options)
    {
        string temporary = Directory.CreateDirectory(Path.Combine(layout.Stage, "tmp")).FullName;
        ChildCommand command = new(tools.Repo, [subcommand, .. options], layout.Root, environment.Bare(temporary))
        {
            Name = "peipkg-repo " + subcommand,
        };
        TailOutput words = new();
        HeadOutput report = new(MostReport);
        ChildResult result = await children.RunAsync(command, report, words, Limits, cancellation);
        if (result.End == ChildEnd.Cancelled)
        {
            throw new OperationCanceledException(cancellation);
        }

        if (!result.Succeeded)
        {
            string message = $"{command.Name} {result.Describe(Limits)}: {words.Text()}";
            throw RefusalReport.Read(report.Text()) is { Count: > 0 } refused
                ? new RefusedException(message, refused)
                : new PublishException(message);
        }
    }

    // A clock that was set back must not stop the farm; consumers refuse an index that goes back in time (§6.5).
    private Timestamp Now(Timestamp last)
    {
        Timestamp now = Timestamp.FromUnixSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        return now.CompareTo(last) < 0 ? last : now;
    }
}
