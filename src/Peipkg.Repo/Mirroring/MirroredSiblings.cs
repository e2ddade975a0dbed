using System.Collections.Concurrent;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Mirroring;

/// <summary>
/// Copies what lies beside packages that were fetched. No index says whether there is anything, so the server is asked once
/// for each; what does not belong to its package stays out of the copy, with a warning.
/// </summary>
/// <param name="source">Where the packages came from.</param>
/// <param name="root">The copy.</param>
/// <param name="keys">The keys whose attestations count.</param>
internal sealed class MirroredSiblings(RepositoryReader source, string root, IReadOnlyCollection<PublicKey> keys)
{
    private readonly string _parts = Path.Combine(root, RepositoryLayout.FetchDirectory);

    /// <summary>Copies them.</summary>
    /// <param name="rows">The packages, whose files are in their places.</param>
    /// <param name="diagnostics">Warned of what stays out.</param>
    /// <param name="stop">Ends the work early.</param>
    internal void Fetch(IReadOnlyList<IndexRow> rows, Diagnostics diagnostics, CancellationToken stop)
    {
        if (rows.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(_parts);
        ConcurrentBag<string> left = [];
        int brought = 0;
        Workers.ForEach(
            rows,
            row =>
            {
                string part = Path.Combine(_parts, row.FileName);
                try
                {
                    SiblingCopies.Bring(source, row, part, stop);
                    foreach (Sibling sibling in SiblingFiles.Take(part, row.Hash, () => keys, stop))
                    {
                        DurableFile.RenameReplacing(sibling.File, Path.Combine(root, row.Place! + sibling.Suffix));
                        Interlocked.Increment(ref brought);
                    }

                    if (File.Exists(part + SiblingNames.Rebuilds))
                    {
                        _ = RebuildVerdicts.Read(File.ReadAllBytes(part + SiblingNames.Rebuilds), row.Hash);
                        DurableFile.RenameReplacing(
                            part + SiblingNames.Rebuilds,
                            Path.Combine(root, row.Place! + SiblingNames.Rebuilds)
                        );
                        Interlocked.Increment(ref brought);
                    }
                }
                catch (SiblingException exception)
                {
                    left.Add($"{row.Url}{exception.File[part.Length..]}: {exception.Message}; it is not copied");
                }
                catch (FormatViolationException exception)
                {
                    left.Add($"{row.Url}: what is beside it is not copied: {exception.Detail}");
                }
            },
            stop,
            source.Parallelism
        );
        foreach (string warning in left.Order(StringComparer.Ordinal))
        {
            diagnostics.Warning(warning);
        }

        if (brought > 0)
        {
            DurableFile.SyncFileSystem(root);
        }

        TreeRemoval.Remove(_parts);
    }
}
