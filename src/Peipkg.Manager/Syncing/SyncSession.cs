using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Syncing;

/// <summary>What a target needs for one sync: its own directory, its programs, its log.</summary>
/// <param name="tools">The programs.</param>
/// <param name="environment">Theirs.</param>
/// <param name="children">Runs them.</param>
/// <param name="git">Runs git.</param>
/// <param name="log">The target's log.</param>
internal sealed class SyncSession(
    ToolSet tools,
    ChildEnvironment environment,
    ChildRunner children,
    GitRunner git,
    AttemptLog log
) : IDisposable
{
    // A program may be silent for long: one that waits for a slow remote says nothing.
    private static readonly ChildLimits Limits = new(TimeSpan.FromHours(24), TimeSpan.FromMinutes(30));

    // What a stop in the middle of the documents may take: a few small files.
    private static readonly TimeSpan Politeness = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _late = new();

    /// <summary>A directory of the target's own that outlives the sync.</summary>
    public required string Directory { get; init; }

    /// <summary>The key that signed the indexes at the target as far as is known; empty when nothing is there.</summary>
    public required string SignerOutThere { get; init; }

    /// <summary>To be called before the first document that consumers look at is replaced.</summary>
    public required Action Switching { get; init; }

    /// <summary>Cancelled: the manager is stopping at once.</summary>
    public required CancellationToken Stop { get; init; }

    /// <summary>Runs a step.</summary>
    /// <param name="program">rclone or rsync.</param>
    /// <param name="arguments">Without any secret: every user of the machine can read them.</param>
    /// <param name="variables">Added to the environment; secrets belong here.</param>
    /// <param name="output">Takes what the program writes to stdout, beside the log.</param>
    /// <param name="documents">True for a step that replaces documents: a stop lets it end, for a moment.</param>
    /// <exception cref="SyncException">It failed.</exception>
    public async Task RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? variables = null,
        IChildOutput? output = null,
        bool documents = false
    )
    {
        log.Heading($"{program} {string.Join(' ', arguments)}");
        Dictionary<string, string> all = environment.Whole();
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        using CancellationTokenRegistration registration = documents
            ? Stop.Register(() => _late.CancelAfter(Politeness))
            : default;
        TailOutput words = new();
        ChildCommand command = new(tools.Sync[program], arguments, Directory, all);
        IChildOutput told = new BothOutputs(words, log);
        ChildResult result = await children.RunAsync(
            command,
            output is null ? log : new BothOutputs(output, log),
            told,
            Limits,
            documents ? _late.Token : Stop
        );
        if (result.End == ChildEnd.Cancelled)
        {
            throw new OperationCanceledException(Stop);
        }

        if (!result.Succeeded)
        {
            throw new SyncException($"{command.Name} {result.Describe(Limits)}: {words.Text()}");
        }
    }

    /// <summary>Runs git.</summary>
    /// <returns>What it printed, without the blanks at both ends.</returns>
    /// <exception cref="GitException">It failed.</exception>
    public async Task<string> GitAsync(GitAddress remote, GitPlace place, params string[] arguments)
    {
        log.Heading("git " + string.Join(' ', arguments));
        BoundedOutput output = new(1 << 20);
        await git.RunAsync(remote, place, Limits, output, log, Stop, arguments);
        return System.Text.Encoding.UTF8.GetString(output.Content).Trim();
    }

    /// <inheritdoc/>
    public void Dispose() => _late.Dispose();
}
