using System.Globalization;
using Peipkg.Build.World;
using Peipkg.Posix.Processes;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Building;

/// <summary>What a source tree's own git repository says of it.</summary>
/// <param name="Id">The commit.</param>
/// <param name="Time">When it was committed, in seconds since 1970.</param>
/// <param name="Tags">The tags on it.</param>
/// <param name="Origin">Where it was cloned from, without credentials; null if that is not known.</param>
internal sealed record SourceCommit(string Id, long Time, IReadOnlyList<string> Tags, string? Origin)
{
    private const int MostBytes = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks git; null where the tree has no repository with a commit, or there is no git.</summary>
    /// <param name="source">The source tree.</param>
    /// <param name="context">PATH says where git is.</param>
    internal static SourceCommit? TryRead(string source, ToolContext context)
    {
        string repository = Path.Combine(Path.GetFullPath(source), ".git");
        if (!Path.Exists(repository) || ProgramPath.Find("git", context) is not { } git)
        {
            return null;
        }

        // Only what runs no program that the tree's configuration names.
        string? Ask(params ReadOnlySpan<string> arguments)
        {
            GitInvocation invocation = GitInvocation.Create(
                new GitSurroundings
                {
                    Caller = context.Variables,
                    Directory = Path.GetFullPath(source),
                    Repository = repository,
                },
                arguments
            );
            using BoundedOutputStream output = new(MostBytes);
            ChildExit exit = ChildProcess.Run(
                new ChildProcessOptions
                {
                    FileName = git,
                    Arguments = invocation.Arguments,
                    Environment = invocation.Environment,
                    WorkingDirectory = "/",
                    StandardOutput = output,
                    StandardError = Stream.Null,
                    Timeout = Patience,
                },
                context.Cancellation
            );
            return exit.IsSuccess && output.TotalBytes <= MostBytes ? output.Text().TrimEnd('\n') : null;
        }

        return
            Ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is { Length: > 0 } id
            && Ask("cat-file", "commit", id) is { } commit
            && TimeOf(commit) is { } time
            ? new SourceCommit(
                id,
                time,
                (Ask("for-each-ref", $"--points-at={id}", "--format=%(refname:strip=2)", "refs/tags") ?? "").Split(
                    '\n',
                    StringSplitOptions.RemoveEmptyEntries
                ),
                GitAddress.TryParse(Ask("config", "--get", "remote.origin.url"), out GitAddress origin, out _)
                    ? origin.Text
                    : null
            )
            : null;
    }

    // "committer Ann <ann@example.org> 1777636800 +0200"
    private static long? TimeOf(string commit) =>
        commit
            .Split("\n\n", 2)[0]
            .Split('\n')
            .Where(line => line.StartsWith("committer ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .Select(words =>
                words.Length > 2
                && long.TryParse(words[^2], NumberStyles.None, CultureInfo.InvariantCulture, out long time)
                    ? time
                    : (long?)null
            )
            .FirstOrDefault();
}
