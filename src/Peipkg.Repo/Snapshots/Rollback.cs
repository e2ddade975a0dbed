using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Site;

namespace Peipkg.Repo.Snapshots;

/// <summary>What going back to a snapshot changes.</summary>
/// <param name="Rows">The rows of the present archive, marked anew where they must be.</param>
/// <param name="Marked">Those of them that change.</param>
/// <param name="Returned">What the archive lost since.</param>
internal sealed record Rollback(
    IReadOnlyList<IndexRow> Rows,
    IReadOnlyList<IndexRow> Marked,
    IReadOnlyList<NewPackage> Returned
)
{
    /// <summary>Whether nothing changes.</summary>
    internal bool IsEmpty => Marked.Count + Returned.Count == 0;

    /// <summary>What changes, in words.</summary>
    internal IReadOnlyList<string> Sentences =>
        [
            .. Marked.Select(static row => row.IsOffered ? $"{row} is offered again" : $"{row} is no longer offered"),
            .. Returned.Select(static package => $"{package.Row} comes back"),
        ];

    /// <summary>Decides.</summary>
    /// <exception cref="UserErrorException">The snapshot has other bytes of a package.</exception>
    internal static Rollback Of(
        RollbackRequest request,
        PublishedState state,
        PublishedState snapshot,
        CancellationToken cancellation
    )
    {
        bool needsDetails = !request.DryRun && SiteLayout.IsIn(state.Root);
        Dictionary<PackageIdentity, IndexRow> then = snapshot.Archive.ToDictionary(static row => row.Identity);
        Withdrawal since = new(
            $"published after the snapshot {request.To}, to which the repository went back",
            null,
            request.At
        );
        List<IndexRow> rows = [];
        List<IndexRow> marked = [];
        foreach (IndexRow row in state.Archive)
        {
            bool wasThere = then.Remove(row.Identity, out IndexRow? old);
            if (wasThere && old!.Hash != row.Hash)
            {
                throw new UserErrorException(
                    $"{row} has other bytes in the snapshot {request.To}; what is published never changes"
                );
            }

            Withdrawal? mark = wasThere ? old!.Entry.Withdrawn : row.Entry.Withdrawn ?? since;
            if (mark == row.Entry.Withdrawn)
            {
                rows.Add(row);
                continue;
            }

            IndexRow offered = row.IsOffered ? row : row.TakeBack(state.Edition);
            rows.Add(mark is null ? offered : offered.Withdraw(mark));
            marked.Add(rows[^1]);
        }

        return new Rollback(
            rows,
            marked,
            [
                .. then.Values.Select(row => new NewPackage(
                    row.Place is { } place ? FileOf(row, Path.Combine(snapshot.Root, place), request.To) : row.Url,
                    row,
                    null,
                    needsDetails ? PackageDetails.OfPublished(snapshot.Root, row, cancellation) : default
                )
                {
                    Siblings = row.Place is { } file
                        ? SiblingFiles.Published(Path.Combine(snapshot.Root, file), cancellation)
                        : [],
                }),
            ]
        );
    }

    private static string FileOf(IndexRow row, string path, string snapshot) =>
        FileStatus.Of(path) is { IsRegular: true }
            ? path
            : throw new UserErrorException(
                $"the archive has lost {row}, and the snapshot {snapshot} has no file of it; bring {path} from a mirror or a backup"
            );
}
