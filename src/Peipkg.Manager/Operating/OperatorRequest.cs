namespace Peipkg.Manager.Operating;

/// <summary>What an operator asks of a farm. Travels as JSON over the control socket.</summary>
internal sealed record OperatorRequest
{
    /// <summary>One of the constants of <see cref="OperatorCommand"/>.</summary>
    public required string Command { get; init; }

    public string? Recipe { get; init; }

    public string? Version { get; init; }

    public string? Tag { get; init; }

    public long? Attempt { get; init; }

    /// <summary>A pool by its name.</summary>
    public string? Pool { get; init; }

    /// <summary>Several recipes, each perhaps with a version: RECIPE or RECIPE@VERSION.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Those too that depend on them.</summary>
    public bool Dependents { get; init; }

    /// <summary>Why, in the operator's words.</summary>
    public string? Reason { get; init; }

    /// <summary>The key of a trouble.</summary>
    public string? Trouble { get; init; }

    /// <summary>What is tried: a branch, a commit or an absolute directory.</summary>
    public string? Source { get; init; }

    /// <summary>A trial by its number.</summary>
    public long? Trial { get; init; }

    /// <summary>When it ends; null: not by time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>At most so many rows.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Only tell what would be done.</summary>
    public bool DryRun { get; init; }
}

/// <summary>The commands by the names that they have on the command line.</summary>
internal static class OperatorCommand
{
    public const string Status = "status";
    public const string Recipes = "recipes";
    public const string History = "history";

    /// <summary>Which attempt a word means, and how it stands.</summary>
    public const string Attempt = "attempt";
    public const string Why = "why";
    public const string Build = "build";
    public const string Retry = "retry";
    public const string Rebuild = "rebuild";
    public const string Cancel = "cancel";
    public const string Reject = "reject";
    public const string Pause = "pause";
    public const string Resume = "resume";
    public const string Drain = "drain";
    public const string Gc = "gc";
    public const string Ack = "ack";
    public const string Reload = "reload";
    public const string Release = "release";
    public const string PoolList = "pool list";
    public const string PoolDrain = "pool drain";
    public const string PoolResume = "pool resume";
    public const string PoolTest = "pool test";
    public const string Try = "try";
    public const string TryList = "try list";
    public const string TryShow = "try show";
    public const string TryApprove = "try approve";
    public const string TryCancel = "try cancel";

    /// <summary>Whether a command changes something, where the others only ask.</summary>
    public static bool Acts(string command) =>
        command is not (Status or Recipes or History or Attempt or Why or PoolList or TryList or TryShow);
}

/// <summary>A request that cannot be met; the message is for the operator.</summary>
internal sealed class OperatorException(string message) : Exception(message);
