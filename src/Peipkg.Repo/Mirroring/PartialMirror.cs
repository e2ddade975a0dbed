using System.IO.Enumeration;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Promoting;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Mirroring;

/// <summary>
/// Copies a part of a repository, with all that it needs, into a repository of one's own: the packages with the signatures
/// that they have, the documents signed with one's own key. What was copied once stays, as in every archive (§6.3); what the
/// source withdraws is withdrawn here too.
/// </summary>
internal static class PartialMirror
{
    internal static int Run(MirrorRequest request, OperationContext context, CancellationToken stop)
    {
        if (File.Exists(Path.Combine(request.Out, RepositoryLayout.MirrorMark)))
        {
            throw new UserErrorException(
                $"{request.Out} is a whole mirror with the signatures of its source; give another directory for a part of it"
            );
        }

        using RemoteRepositoryReader source = new(request.Address, request.Anchors, stop);
        VerifiedDocuments documents = VerifiedSource.Read(
            source,
            source.ReadDocuments(),
            request.Anchors,
            anyPlaces: true,
            context
        );
        bool isThere = File.Exists(Path.Combine(request.Out, RepositoryLayout.Descriptor));
        if (!isThere && !request.Check)
        {
            Begin(request, documents, context);
        }

        PublishedState? target =
            isThere || !request.Check
                ? PublishedState.Load(
                    RepositorySnapshot.Read(request.Out),
                    WriterChecks.JudgedAt(request.At ?? documents.Archive!.GeneratedAt, context.Clock),
                    rebuild: false
                )
                : null;
        IReadOnlyList<IndexRow> chosen = Choose(request, documents, target);
        if (request.Check)
        {
            return Compare(request, documents, chosen, target, context, stop);
        }

        int code = PromoteOperation.Take(
            new PromoteRequest
            {
                From = RepositoryLocation.Of(request.Address),
                To = request.Out,
                Packages = [.. chosen.Select(static row => new PackageQuery(row.Name, row.Version)).Distinct()],
                SignKey = request.SignKey!,
                At = request.At!.Value,
                AllowSpecialSystem = request.AllowSpecialSystem,
                AllowReferenceHeaders = request.AllowReferenceHeaders,

                // What its own publisher lets stand is not for a copy to judge.
                DenyAudit = null,
                Nothing = $"{source.Location} has nothing new that is wanted",
                Json = request.Json,
            },
            source,
            documents,
            context,
            stop
        );
        return code == ExitCode.Success ? Withdraw(request, documents, target!, context, stop) : code;
    }

    /// <summary>Begins the copy. It lists the source's keys, or no consumer would take the packages that they signed.</summary>
    private static void Begin(MirrorRequest request, VerifiedDocuments documents, OperationContext context)
    {
        Descriptor descriptor = documents.Descriptor!;
        InitOperation.Run(
            new InitRequest(descriptor.Name, descriptor.Description, request.SignKey!, request.At!.Value, request.Out)
            {
                Edition = descriptor.Edition,
                Official = descriptor.Official,
                Others =
                [
                    .. descriptor
                        .Keys.Where(static key => key.Status == KeyStatus.Active)
                        .Select(key => documents.Keys!.Find(key.Fingerprint))
                        .OfType<PublicKey>(),
                ],
            },
            context with
            {
                Output = request.Json ? TextWriter.Null : context.Output,
            }
        );
    }

    /// <summary>The versions that are wanted and offered, but for those that the copy's operator has withdrawn.</summary>
    private static List<IndexRow> Choose(MirrorRequest request, VerifiedDocuments documents, PublishedState? target)
    {
        HashSet<PackageIdentity> withdrawn =
        [
            .. (target?.Archive ?? []).Where(static row => !row.IsOffered).Select(static row => row.Identity),
        ];
        List<IndexRow> chosen = [];
        foreach (
            IGrouping<PackageName, IndexRow> versions in documents
                .Archive!.Rows.Where(row => row.IsOffered && !withdrawn.Contains(row.Identity))
                .GroupBy(static row => row.Name)
        )
        {
            if (request.Packages.Count == 0 || request.Packages.Any(glob => Matches(glob, versions.Key)))
            {
                HashSet<string> newest =
                [
                    .. versions.Select(static row => row.Version.Text).Distinct().Take(request.Newest ?? 1),
                ];
                chosen.AddRange(versions.Where(row => newest.Contains(row.Version.Text)));
            }
        }

        string? idle = request.Packages.FirstOrDefault(glob =>
            !documents.Archive!.Rows.Any(row => Matches(glob, row.Name))
        );
        return idle is null
            ? chosen
            : throw new UserErrorException(
                $"--package {idle}: \"{documents.Archive!.Repo}\" has no package of such a name"
            );
    }

    private static bool Matches(string glob, PackageName name) =>
        FileSystemName.MatchesSimpleExpression(glob, name.Text, ignoreCase: false);

    private static int Compare(
        MirrorRequest request,
        VerifiedDocuments documents,
        IReadOnlyList<IndexRow> chosen,
        PublishedState? target,
        OperationContext context,
        CancellationToken stop
    )
    {
        IReadOnlyList<IndexRow> wanted = chosen;
        if (target is not null)
        {
            PromotionClosure closure = PromotionClosure.Of(
                [.. chosen.Select(static row => new PackageQuery(row.Name, row.Version)).Distinct()],
                documents.Active!,
                documents.Archive!,
                target
            );
            wanted = [.. closure.There, .. closure.Named, .. closure.Needed];
        }

        Dictionary<PackageIdentity, IndexRow> here = (target?.Archive ?? []).ToDictionary(static row => row.Identity);
        return MirrorCheck.Run(
            request,
            [
                .. wanted
                    .Select(row => here.GetValueOrDefault(row.Identity, row))
                    .Where(static row => row.Place is not null),
            ],
            behind: null,
            documents.Archive!,
            context,
            stop
        );
    }

    /// <summary>Withdraws what the source has withdrawn since.</summary>
    private static int Withdraw(
        MirrorRequest request,
        VerifiedDocuments documents,
        PublishedState target,
        OperationContext context,
        CancellationToken stop
    )
    {
        HashSet<PackageIdentity> offered =
        [
            .. target.Archive.Where(static row => row.IsOffered).Select(static row => row.Identity),
        ];
        foreach (
            IndexRow row in documents
                .Archive!.Rows.Where(row => !row.IsOffered && offered.Contains(row.Identity))
                .DistinctBy(static row => (row.Name, row.Version))
        )
        {
            int code = WithdrawOperation.Run(
                new WithdrawRequest
                {
                    Repo = request.Out,
                    Package = new PackageQuery(row.Name, row.Version),
                    Reason = row.Entry.Withdrawn!.Reason,
                    Advisory = row.Entry.Withdrawn.Advisory,
                    SignKey = request.SignKey!,
                    At = request.At!.Value,
                },
                context with
                {
                    Output = request.Json ? TextWriter.Null : context.Output,
                },
                stop
            );
            if (code != ExitCode.Success)
            {
                return code;
            }
        }

        return ExitCode.Success;
    }
}
