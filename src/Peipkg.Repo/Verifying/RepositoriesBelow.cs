using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Remote;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Verifying;

/// <summary>
/// The repositories that consumers of another one have besides, such as the one of their system: what its packages need may
/// be there.
/// </summary>
internal static class RepositoriesBelow
{
    /// <summary>Reads what they advertise.</summary>
    /// <param name="places">The repositories.</param>
    /// <param name="anchors">The keys one of which must have signed what is fetched.</param>
    /// <param name="context">The world.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <exception cref="UserErrorException">One does not verify, or is fetched and nobody says whom to trust.</exception>
    internal static IReadOnlyList<IndexEntry> Read(
        IReadOnlyList<RepositoryLocation> places,
        IReadOnlyList<Fingerprint> anchors,
        OperationContext context,
        CancellationToken stop
    )
    {
        List<IndexEntry> entries = [];
        foreach (RepositoryLocation place in places)
        {
            bool isFetched = place.Address is not null;
            if (isFetched && anchors.Count == 0)
            {
                throw new UserErrorException(
                    "--upstream with a URL needs --trust FINGERPRINT: whoever answers at the address can have signed anything with a "
                        + "key of their own"
                );
            }

            IReadOnlyList<Fingerprint> trusted = isFetched ? anchors : [];
            using RepositoryReader reader = place.Open(trusted, context.Diagnostics, stop);
            VerifiedDocuments documents = VerifiedSource.Read(
                reader,
                reader.ReadDocuments(),
                trusted,
                isFetched,
                context
            );
            entries.AddRange(documents.Active!.Rows.Select(static row => row.Entry));
        }

        return entries;
    }
}
