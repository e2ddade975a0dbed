using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Building;

/// <summary>Has <c>peipkg-build fetch</c> make the source tree of a version whose archive is locked.</summary>
/// <param name="tools">Where peipkg-build is.</param>
/// <param name="limits">What a source may take.</param>
/// <param name="environment">Its environment, with the proxies.</param>
/// <param name="children">Runs it.</param>
internal sealed class ArchiveFetcher(
    ToolSet tools,
    Func<FetchConfig> limits,
    ChildEnvironment environment,
    ChildRunner children
)
{
    /// <summary>Fetches into a directory that does not exist yet.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="upstream">The upstream version.</param>
    /// <param name="stage">Where it works; made when it is missing.</param>
    /// <param name="directory">The source tree.</param>
    /// <param name="log">Told everything.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="BuildFailureException">It cannot be fetched, or is not what is locked.</exception>
    public async Task FetchAsync(
        RosterEntry recipe,
        string upstream,
        string stage,
        string directory,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        FetchConfig most = limits();
        string work = Directory.CreateDirectory(Path.Combine(stage, "fetch")).FullName;
        string tree = Path.Combine(work, "source");
        ChildCommand command = new(
            tools.Build,
            ["fetch", $"--version={upstream}", $"--out={tree}", "--", recipe.Document.File],
            work,
            new Dictionary<string, string>(environment.Whole(), StringComparer.Ordinal) { ["TMPDIR"] = work }
        )
        {
            Name = "peipkg-build fetch",
        };

        // A download says nothing; curl gives up on a server that stalls.
        ChildLimits child = new(most.Time, Timeout.InfiniteTimeSpan)
        {
            Grace = TimeSpan.FromSeconds(10),
            Resources = new ResourceLimits
            {
                Memory = most.Memory,
                Disk = most.Size,
                Directories = [work],
            },
        };
        log.Heading($"{command.Program} {string.Join(' ', command.Arguments)}");
        TailOutput words = new();
        ChildResult result = await children.RunAsync(command, log, new BothOutputs(words, log), child, cancellation);
        if (result.End == ChildEnd.Cancelled)
        {
            throw new OperationCanceledException(cancellation);
        }

        if (!result.Succeeded)
        {
            string said = result.End == ChildEnd.Exited ? ": " + ToolComplaint.In(words.Text()) : "";
            throw new BuildFailureException(
                result.End is ChildEnd.TooMuchMemory or ChildEnd.TooMuchDisk
                    ? FailureCause.Recipe
                    : FailureCause.Infrastructure,
                $"{command.Name} {result.Describe(child)}{said}"
            );
        }

        Directory.Move(tree, directory);
    }
}
