using Peipkg.Manager.Processes;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>Runs git and makes a sentence of its failure.</summary>
internal sealed class GitRunner(GitCommands commands, ChildRunner children)
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="upstream">Whom it may talk to; null for nobody.</param>
    /// <param name="place">Where it runs.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="stdout">Takes its output.</param>
    /// <param name="log">Takes its messages; null drops them.</param>
    /// <param name="cancellation">The manager is stopping.</param>
    /// <param name="arguments">The subcommand and its arguments.</param>
    /// <exception cref="GitException">It failed, or took too long.</exception>
    /// <exception cref="OperationCanceledException">The manager is stopping.</exception>
    public async Task RunAsync(
        GitAddress? upstream,
        GitPlace place,
        ChildLimits limits,
        IChildOutput stdout,
        IChildOutput? log,
        CancellationToken cancellation,
        params string[] arguments
    )
    {
        ChildCommand command = commands.Create(upstream, place, arguments);
        TailOutput words = new();
        ChildResult result;
        try
        {
            result = await children.RunAsync(
                command,
                stdout,
                log is null ? words : new BothOutputs(words, log),
                limits,
                cancellation
            );
        }
        catch (ChildStartException exception)
        {
            throw new GitException(exception.Message, exception);
        }

        if (result.End == ChildEnd.Cancelled)
        {
            throw new OperationCanceledException(cancellation);
        }

        if (!result.Succeeded)
        {
            string said = GitComplaint.In(words.Text());
            string whom = upstream is null ? "" : $" for {upstream}";
            throw new GitException(
                $"{command.Name}{whom} {result.Describe(limits)}{(said.Length > 0 ? ": " + said : "")}"
            )
            {
                End = result.End,
                Code = result.End == ChildEnd.Exited ? result.Code : 0,
            };
        }
    }
}
