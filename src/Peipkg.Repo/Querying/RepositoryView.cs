using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Remote;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Querying;

/// <summary>
/// A repository opened to be looked at. What does not verify is shown all the same, with a warning: whoever asks what is
/// in a damaged repository needs an answer most.
/// </summary>
internal sealed class RepositoryView
{
    private RepositoryView(string location, Descriptor descriptor, Keyring keys, IndexSheet active, IndexSheet archive)
    {
        Location = location;
        Descriptor = descriptor;
        Keys = keys;
        Active = active;
        Archive = archive;
    }

    /// <summary>The directory or address.</summary>
    internal string Location { get; }

    internal Descriptor Descriptor { get; }

    internal Keyring Keys { get; }

    internal IndexSheet Active { get; }

    internal IndexSheet Archive { get; }

    /// <summary>Opens a repository.</summary>
    /// <param name="location">Its directory.</param>
    /// <param name="context">Told what does not verify.</param>
    /// <exception cref="UserErrorException">There is no repository, or its documents cannot be read at all.</exception>
    internal static RepositoryView Open(string location, OperationContext context) =>
        Open(RepositoryLocation.Directory(location), [], context, CancellationToken.None);

    /// <summary>Opens a repository wherever it is.</summary>
    /// <param name="place">Its directory or address.</param>
    /// <param name="anchors">The keys one of which must have signed <c>repo.json</c>; empty for any that it lists.</param>
    /// <param name="context">Told what does not verify.</param>
    /// <param name="stop">Ends the fetching early.</param>
    /// <exception cref="UserErrorException">There is no repository, its documents cannot be read at all, or no anchor signed it.</exception>
    internal static RepositoryView Open(
        RepositoryLocation place,
        IReadOnlyList<Fingerprint> anchors,
        OperationContext context,
        CancellationToken stop
    )
    {
        using RepositoryReader reader = place.Open(anchors, context.Diagnostics, stop);
        string location = reader.Location;
        RepositorySnapshot snapshot = reader.ReadDocuments();
        Descriptor descriptor = Read(location, snapshot.Descriptor, static content => DescriptorDocument.Read(content));
        IndexSheet archive = ReadIndex(location, snapshot.Archive, null, descriptor.Edition, context);
        IndexSheet active = ReadIndex(location, snapshot.Active, archive.Rows, descriptor.Edition, context);
        Keyring keys = reader.ReadKeys(descriptor);
        Timestamp now = context.Now;
        foreach (SignedDocument document in new[] { snapshot.Descriptor, snapshot.Active, snapshot.Archive })
        {
            SignatureCheck check = SignatureCheck.Of(document, keys, now);
            if (check.State is not SignatureState.Good)
            {
                context.Diagnostics.Warning(
                    $"{location}: {check.File}: {check.Problem}; what is shown is not proven (\"peipkg-repo verify\" tells more)"
                );
            }
        }

        if (
            anchors.Count > 0
            && (
                SignatureCheck.Of(snapshot.Descriptor, keys, now)
                    is not { State: SignatureState.Good, Signer: { } signer }
                || !anchors.Contains(signer)
            )
        )
        {
            throw new UserErrorException(
                $"{location}: repo.json is not signed with a key that --trust names, so it may be anybody's"
            );
        }

        return new RepositoryView(location, descriptor, keys, active, archive);
    }

    /// <summary>The archive's rows of one name, from the highest version to the lowest.</summary>
    /// <exception cref="UserErrorException">The repository has no package of the name.</exception>
    internal List<IndexRow> VersionsOf(PackageName name)
    {
        List<IndexRow> versions = [.. Archive.Rows.Where(row => row.Name == name)];
        if (versions.Count > 0)
        {
            return versions;
        }

        string suggestion = NearestName.Suggestion(name.Text, Active.Rows.Select(static row => row.Name.Text));
        throw new UserErrorException($"\"{Descriptor.Name}\" has no package {name}{suggestion}");
    }

    /// <summary>Whether the active index advertises the very row.</summary>
    internal bool IsActive(IndexRow row)
    {
        int low = 0;
        int high = Active.Rows.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = Active.Rows[middle].Name.CompareTo(row.Name);
            if (order == 0)
            {
                return Active.Rows[middle].IsSamePackage(row);
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }

    private static IndexSheet ReadIndex(
        string location,
        SignedDocument document,
        IReadOnlyList<IndexRow>? known,
        Edition edition,
        OperationContext context
    )
    {
        IndexReading reading = Read(location, document, content => IndexReader.Read(content, known, edition));
        foreach (FormatViolationException problem in reading.Problems.Take(RepoLimits.ShownProblems))
        {
            if (reading.Sheet is not null)
            {
                context.Diagnostics.Warning($"{location}: {document.Name}: {problem.Message}; the entry is not shown");
            }
        }

        return reading.Sheet ?? Read(location, document, _ => reading.Whole);
    }

    private static T Read<T>(string location, SignedDocument document, Func<byte[], T> read)
    {
        try
        {
            return document.Content is { } content
                ? read(content)
                : throw new UserErrorException(
                    document.Fault is { } fault
                        ? $"{location}: {document.Name}: {fault}"
                        : $"{location}: {document.Name} is missing; restore it from a mirror or a backup"
                );
        }
        catch (FormatViolationException error)
        {
            throw new UserErrorException($"{location}: {document.Name}: {error.Message}", error);
        }
    }
}
