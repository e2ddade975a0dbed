namespace Peipkg.Manager.World;

/// <summary>
/// What the manager takes from strangers and keeps, at most: every fixed limit in one place. What an operator may set is in
/// the configuration (<c>[limits]</c>, <c>[fetch]</c>, <c>[retention]</c>); what is only shown in part is cut where it is shown.
/// </summary>
internal static class ManagerLimits
{
    // Upstreams.

    /// <summary>The longest tag considered, in characters.</summary>
    public const int TagLength = 255;

    /// <summary>Bytes of a list of tags: some 100,000 annotated ones of usual length.</summary>
    public const int TagListBytes = 32 << 20;

    /// <summary>Memory of git for it: it holds the whole answer before it prints any of it.</summary>
    public const long TagListMemory = 256L << 20;

    /// <summary>Bytes of a page that lists archives: the largest directories of releases have one MiB.</summary>
    public const int ListingBytes = 8 << 20;

    /// <summary>Submodules of submodules, and so on; the deepest that anybody has are four levels down.</summary>
    public const int SubmoduleDepth = 10;

    /// <summary>Submodules of one source, at all levels together.</summary>
    public const int Submodules = 1000;

    /// <summary>Bytes of <c>.gitmodules</c> in git's listing.</summary>
    public const int GitModulesBytes = 1 << 20;

    /// <summary>Bytes of a path in a source's tree: PATH_MAX.</summary>
    public const int SourcePathBytes = 4096;

    /// <summary>How long a single sweep waits for hosts that want to be left alone, in all.</summary>
    public static readonly TimeSpan OncePatience = TimeSpan.FromMinutes(15);

    // Recipes.

    /// <summary>Characters of a problem of a recipe that are logged and kept.</summary>
    public const int RecipeProblemLength = 1000;

    /// <summary>Files and directories of a recipe's folder that its digest looks at; recipes have a handful.</summary>
    public const int RecipeEntries = 10_000;

    /// <summary>Bytes of each file that its digest reads; of a longer one also its length and time count.</summary>
    public const int RecipeFileBytes = 1 << 20;

    /// <summary>Bytes of a file of <c>[recipes] signers</c>.</summary>
    public const int SignersBytes = 1 << 20;

    /// <summary>Problems of a commit of recipes that are told; <c>peipkg-build check</c> shows all.</summary>
    public const int CommitProblems = 5;

    // Requests over HTTP.

    /// <summary>Connections at a time; each costs some ten kilobytes, and a stranger's body <see cref="FreeBodyBytes"/> more.</summary>
    public const int Connections = 2048;

    /// <summary>Bytes of a delivery: GitHub's own cap.</summary>
    public const int DeliveryBytes = 25 * 1024 * 1024;

    /// <summary>How long a delivery may take to arrive; forges give up after ten seconds.</summary>
    public static readonly TimeSpan DeliveryTime = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that each delivery may have without asking.</summary>
    public const int FreeBodyBytes = 64 << 10;

    /// <summary>Bytes that all deliveries may have together beyond that.</summary>
    public const long SharedBodyBytes = 64L << 20;

    /// <summary>Bytes of a request without a delivery, and of a command on the control socket.</summary>
    public const int RequestBytes = 64 * 1024;

    /// <summary>Bytes of a form of the dashboard.</summary>
    public const int ActBytes = 8 * 1024;

    /// <summary>Operators' commands at a time.</summary>
    public const int ControlConnections = 64;

    /// <summary>Bytes of a file with a webhook secret.</summary>
    public const int SecretBytes = 64 * 1024;

    /// <summary>Bytes of a log that are answered at a time.</summary>
    public const int LogPartBytes = 256 * 1024;

    /// <summary>Versions that one poll moves and that have an event each; of more the diary has one for each reason.</summary>
    public const int EventsOfOnePoll = 10;

    // Children.

    /// <summary>Looks at a child's resources that may fail in a row, five seconds' worth: what cannot be watched is ended.</summary>
    public const int FailedLooks = 20;

    /// <summary>Bytes of a line in an attempt's log; a longer one is divided.</summary>
    public const int LogLineBytes = 16 * 1024;

    // What is written and kept.

    /// <summary>Characters of a value in the manager's log; the rest is replaced by an ellipsis.</summary>
    public const int LogValueLength = 8192;

    /// <summary>Events that the diary keeps.</summary>
    public const int Events = 100_000;

    /// <summary>Events that are told at a time: after a long stop nobody wants a thousand messages.</summary>
    public const int NotificationsAtOnce = 100;
}
