using System.Globalization;
using Peipkg.Manager.Configuration;
using Peipkg.Posix.Files;
using Peipkg.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>Removes what <c>[retention]</c> no longer keeps: old logs, the oldest beyond a size, stages of failed builds.</summary>
internal sealed class Housekeeping(FarmStores stores)
{
    /// <summary>Removes it, or (<paramref name="dryRun"/>) tells what would be removed.</summary>
    /// <exception cref="IOException">Something cannot be looked at or removed.</exception>
    public ActionDocument Collect(bool dryRun)
    {
        RetentionConfig retention = stores.Config.Retention;
        DateTime now = stores.Clock.GetUtcNow().UtcDateTime;
        List<FileSystemInfo> old = [.. Logs(retention, now), .. Stages(retention, now)];
        long bytes = 0;
        foreach (FileSystemInfo item in old)
        {
            bytes += item is FileInfo file ? file.Length : TreeSize.Of(item.FullName);
            if (!dryRun)
            {
                if (item is DirectoryInfo)
                {
                    TreeRemoval.Remove(item.FullName);
                }
                else
                {
                    item.Delete();
                }
            }
        }

        if (!dryRun)
        {
            stores.Events.Prune();
        }

        string verb = dryRun ? "would be removed" : "removed";
        return new ActionDocument
        {
            Message =
                old.Count == 0
                    ? "nothing to remove"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{old.Count} {(old.Count == 1 ? "item" : "items")} of {ByteSize.Format(bytes)} {verb}"
                    ),
            Changed = [.. old.Select(item => Path.GetRelativePath(stores.Layout.Root, item.FullName))],
        };
    }

    // Newest first; logs of builds under way are never touched, nor those of targets, which have one each.
    private IEnumerable<FileInfo> Logs(RetentionConfig retention, DateTime now)
    {
        IReadOnlySet<long> open = stores.Attempts.Open();
        long kept = 0;
        foreach (
            FileInfo log in new DirectoryInfo(stores.Layout.Logs)
                .EnumerateFiles("*.log")
                .Where(f =>
                    long.TryParse(
                        Path.GetFileNameWithoutExtension(f.Name),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out long id
                    ) && !open.Contains(id)
                )
                .OrderByDescending(f => f.LastWriteTimeUtc)
                .ThenByDescending(f => f.Name, StringComparer.Ordinal)
        )
        {
            kept += log.Length;
            if (now - log.LastWriteTimeUtc > retention.Logs || kept > retention.LogSize)
            {
                yield return log;
            }
        }
    }

    private IEnumerable<DirectoryInfo> Stages(RetentionConfig retention, DateTime now) =>
        Directory.Exists(stores.Layout.Failed)
            ? new DirectoryInfo(stores.Layout.Failed)
                .EnumerateDirectories()
                .Where(d => now - d.LastWriteTimeUtc > retention.Stages)
            : [];
}
