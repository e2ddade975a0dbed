using System.Globalization;
using Peipkg.Manager.Configuration;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Recipes;

/// <summary>The recipes of one commit of <c>[recipes] git</c>, in a directory of their own.</summary>
/// <param name="Commit">The commit's id.</param>
/// <param name="CommittedAt">When it was committed, in seconds since 1970.</param>
/// <param name="Directory">The whole tree of the commit.</param>
internal sealed record RecipeCheckout(string Commit, long CommittedAt, string Directory)
{
    private const int ShortLength = 12;

    /// <summary>The commit's id for people.</summary>
    public string Short => Shorten(Commit);

    /// <summary>The id of a commit for people.</summary>
    public static string Shorten(string commit) => commit[..Math.Min(ShortLength, commit.Length)];
}

/// <summary>
/// What came from <c>[recipes] git</c>: a directory for each commit, which nothing changes any more, and a link that says
/// which of them is in force. Replacing the link is the one step that puts another in force.
/// </summary>
/// <param name="root">The directory of all that.</param>
internal sealed class RecipeCheckouts(string root)
{
    private const string Link = "current";

    /// <summary>Where a tree is put together before it gets its name.</summary>
    public string Incoming => Path.Combine(root, "incoming");

    /// <summary>The recipes in force; null before the first were taken over.</summary>
    public RecipeCheckout? InForce => new FileInfo(Path.Combine(root, Link)).LinkTarget is { } name ? Find(name) : null;

    /// <summary>When they were taken over.</summary>
    public DateTimeOffset? InForceSince =>
        InForce is null ? null : new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(root, Link)), TimeSpan.Zero);

    /// <summary>Where the recipes' directories are, and of which commit; null: none have been taken over yet.</summary>
    public static (string Directory, string? Commit)? Place(ManagerConfig config)
    {
        if (config.Recipes is not { } source)
        {
            return (config.RecipesDirectory, null);
        }

        return
            new RecipeCheckouts(config.RecipesDirectory).InForce is { } checkout
            && Path.Combine(checkout.Directory, source.Folder) is var directory
            && Directory.Exists(directory)
            ? (directory, checkout.Commit)
            : null;
    }

    /// <summary>Gives what was put together its name. The same commit may be there already.</summary>
    public RecipeCheckout Keep(string commit, long committedAt)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{committedAt}.{commit}");
        string directory = Path.Combine(root, name);
        if (Directory.Exists(directory))
        {
            TreeRemoval.Remove(Incoming);
        }
        else
        {
            DurableFile.SyncFileSystem(Incoming);
            DurableFile.RenameNoReplace(Incoming, directory);
        }

        return new RecipeCheckout(commit, committedAt, directory);
    }

    /// <summary>Puts a checkout in force.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <param name="now">Since when the former one is none any more.</param>
    public void Take(RecipeCheckout checkout, DateTimeOffset now)
    {
        if (InForce is { } former && former != checkout)
        {
            Directory.SetLastWriteTimeUtc(former.Directory, now.UtcDateTime);
        }

        string temporary = DurableFile.TemporarySibling(Path.Combine(root, Link));
        File.CreateSymbolicLink(temporary, Path.GetFileName(checkout.Directory));
        DurableFile.RenameReplacing(temporary, Path.Combine(root, Link));
        DurableFile.SyncDirectory(root);
    }

    /// <summary>Removes what is not in force and was not since a time: builds may still read what they began with.</summary>
    public void Clear(DateTimeOffset before)
    {
        if (!Directory.Exists(root))
        {
            return;
        }

        string? kept = InForce?.Directory;
        foreach (FileSystemInfo entry in new DirectoryInfo(root).EnumerateFileSystemInfos())
        {
            if (
                entry.FullName != kept
                && entry.Name != Link
                && (
                    entry.FullName == Incoming
                    || Find(entry.Name) is null
                    || entry.LastWriteTimeUtc < before.UtcDateTime
                )
            )
            {
                TreeRemoval.Remove(entry.FullName);
            }
        }
    }

    private RecipeCheckout? Find(string name)
    {
        string directory = Path.Combine(root, name);
        return
            name.Split('.') is [var seconds, var commit]
            && commit.Length > 0
            && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            && Directory.Exists(directory)
            ? new RecipeCheckout(commit, time, directory)
            : null;
    }
}
