using System.Globalization;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// Where everything lies under <c>state_dir</c>. Names below <c>sources/</c>, <c>stage/</c>, <c>publish/</c> and
/// <c>logs/</c> come from attempt ids, never from tags, versions or recipes.
/// </summary>
/// <param name="Root">The absolute path of the state directory.</param>
internal sealed record StateLayout(string Root)
{
    /// <summary>What the root of a build is called, after the name of its source.</summary>
    public const string RootSuffix = ".root";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Source clones of builds under way.</summary>
    public string Sources => Path.Combine(Root, "sources");

    /// <summary>Output and scratch space of builds under way.</summary>
    public string Stage => Path.Combine(Root, "stage");

    /// <summary>Verified packages that wait for <c>peipkg-repo publish</c>.</summary>
    public string Publish => Path.Combine(Root, "publish");

    /// <summary>What failed builds left, kept to be looked into for as long as <c>[retention] stages</c> says.</summary>
    public string Failed => Path.Combine(Root, "failed");

    /// <summary>The published repository; peipkg-repo's domain.</summary>
    public string Repository => Path.Combine(Root, "repo");

    /// <summary>One log per attempt.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>One directory per target of a sync: what is on its way there, and caches.</summary>
    public string Sync => Path.Combine(Root, "sync");

    /// <summary>The packages that a target of their own carries, since the repository then does not hold them.</summary>
    public string Packages => Path.Combine(Root, "packages");

    /// <summary>Per-upstream git configuration, for repositories on this machine that belong to another user.</summary>
    public string Git => Path.Combine(Root, "git");

    /// <summary>What came from <c>[recipes] git</c>, a directory for each commit; see RecipeCheckouts.</summary>
    public string Recipes => Path.Combine(Root, "recipes");

    /// <summary>The log of the latest fetch of the recipes.</summary>
    public string RecipesLog => Path.Combine(Logs, "recipes.log");

    /// <summary>Unpacked packages, whose files the roots of builds share.</summary>
    public string RootCache => Path.Combine(Root, "roots");

    /// <summary>Signed verdicts of rebuilds that wait to be published.</summary>
    public string Verdicts => Path.Combine(Root, "verdicts");

    /// <summary>The key that signs verdicts: a package's own key cannot vouch for it. The farm makes it.</summary>
    public string VerdictKey => Path.Combine(Root, "verdict-key.pem");

    /// <summary>The SQLite database.</summary>
    public string Database => Path.Combine(Root, "manager.db");

    /// <summary>The file whose lock makes this the only manager here.</summary>
    public string Lock => Path.Combine(Root, "manager.lock");

    /// <summary>The socket on which a running manager takes commands; see Operating/.</summary>
    public string Socket => Path.Combine(Root, "manager.sock");

    /// <summary>One directory per trial of recipes.</summary>
    public string Trials => Path.Combine(Root, "try");

    /// <summary>The recipes, logs and scratch repository of a trial.</summary>
    public string TrialOf(long trial) => Path.Combine(Trials, Id(trial));

    /// <summary>A log of a trial: of its preparation with number 0, or of one of its recipes.</summary>
    public string TrialLogOf(long trial, int number) =>
        Path.Combine(TrialOf(trial), string.Create(CultureInfo.InvariantCulture, $"{number}.log"));

    /// <summary>The clone of an attempt.</summary>
    public string SourceOf(long attempt) => Path.Combine(Sources, Id(attempt));

    /// <summary>The output and scratch space of an attempt.</summary>
    public string StageOf(long attempt) => Path.Combine(Stage, Id(attempt));

    /// <summary>The root in which an attempt builds.</summary>
    public string RootOf(long attempt) => SourceOf(attempt) + RootSuffix;

    /// <summary>The packages of an attempt, ready to publish.</summary>
    public string PublishOf(long attempt) => Path.Combine(Publish, Id(attempt));

    /// <summary>The log of an attempt.</summary>
    public string LogOf(long attempt) => Path.Combine(Logs, Id(attempt) + ".log");

    /// <summary>The log of the syncs to a target.</summary>
    public string SyncLogOf(string target) => Path.Combine(Logs, $"sync-{target}.log");

    /// <summary>The log of the latest time that a pool was tried.</summary>
    public string PoolLogOf(string pool) => Path.Combine(Logs, $"pool-{pool}.log");

    /// <summary>
    /// Creates what is missing, the state directory itself too. It holds logs, sources and what operators said: it is the
    /// manager's alone, whoever made it and whatever the umask.
    /// </summary>
    public void Create()
    {
        foreach (string directory in (string[])[Root, Sources, Stage, Publish, Logs, Git, Sync])
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }

        File.SetUnixFileMode(Root, OwnerOnly);

        DurableFile.SyncDirectory(Root);
    }

    private static string Id(long attempt) => attempt.ToString(CultureInfo.InvariantCulture);
}
