using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Archive;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Site;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>Why a published package cannot be part of a repository of another edition.</summary>
/// <param name="Row">The package.</param>
/// <param name="Rule">The broken rule's stable name in kebab case.</param>
/// <param name="Problem">What is wrong, for people.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record Nonconformity(IndexRow Row, string Rule, string Problem, string Remedy);

/// <summary>A published package as a repository of another edition lists it.</summary>
/// <param name="Row">Its entry: the old bytes where they say all that the edition has.</param>
/// <param name="Details">The document beside the package where the entry is new; empty where it is not.</param>
internal sealed record MovedRow(IndexRow Row, ReadOnlyMemory<byte> Details = default);

/// <summary>Judges every published package by another edition, and makes the entries that it has there.</summary>
internal sealed class ConformityCheck
{
    private const string Missing = "package-missing";

    private readonly RepositoryReader _repository;
    private readonly Edition _edition;
    private readonly PublishPermissions _permissions;
    private readonly CancellationToken _stop;
    private readonly MovedRow?[] _moved;
    private readonly IReadOnlyList<Nonconformity>[] _faults;

    private ConformityCheck(
        RepositoryReader repository,
        int count,
        Edition edition,
        PublishPermissions permissions,
        CancellationToken stop
    )
    {
        _repository = repository;
        _edition = edition;
        _permissions = permissions;
        _stop = stop;
        _moved = new MovedRow?[count];
        _faults = new IReadOnlyList<Nonconformity>[count];
    }

    /// <summary>Everything that stands against the edition, in the archive's order.</summary>
    internal IReadOnlyList<Nonconformity> Faults => [.. _faults.SelectMany(static list => list)];

    /// <summary>The packages in the archive's order, if nothing stands against the edition.</summary>
    internal IReadOnlyList<MovedRow> Moved => [.. _moved.OfType<MovedRow>()];

    /// <summary>Looks at every package.</summary>
    /// <param name="repository">Where the packages are.</param>
    /// <param name="archive">The rows.</param>
    /// <param name="edition">The other edition.</param>
    /// <param name="permissions">What the owner allows.</param>
    /// <param name="diagnostics">Shows how far it is.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static ConformityCheck Run(
        RepositoryReader repository,
        IReadOnlyList<IndexRow> archive,
        Edition edition,
        PublishPermissions permissions,
        Diagnostics diagnostics,
        CancellationToken stop
    )
    {
        ConformityCheck check = new(repository, archive.Count, edition, permissions, stop);
        using ProgressPhase progress = diagnostics.Begin("judging", "packages", archive.Count);
        Workers.ForEach(
            [.. Enumerable.Range(0, archive.Count)],
            i =>
            {
                check._faults[i] = check.Judge(i, archive[i]);
                progress.Add(1, 0);
            },
            stop
        );
        return check;
    }

    private Nonconformity[] Judge(int index, IndexRow row)
    {
        try
        {
            if (Read(row) is not { } package)
            {
                return [Fault(row, Missing, "its file is not here, so that nobody can judge it")];
            }

            IReadOnlyList<LayoutProblem> problems = PackageJudgement.Publish(package, _edition, _permissions);
            Nonconformity[] faults =
            [
                .. problems
                    .Where(static problem => problem.Severity == LayoutSeverity.Error)
                    .GroupBy(static problem => problem.Rule)
                    .Select(rule => Fault(row, rule.Key, OneOf(rule))),
            ];
            if (faults.Length == 0)
            {
                _moved[index] = Move(row, package);
            }

            return faults;
        }
        catch (FormatViolationException fault)
        {
            return [Fault(row, fault.Rule, fault.Message)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [Fault(row, Missing, error.Message)];
        }
    }

    /// <summary>A tree in the wrong place breaks one rule with each of its entries.</summary>
    private static string OneOf(IEnumerable<LayoutProblem> problems)
    {
        LayoutProblem[] all = [.. problems];
        return all.Length == 1 ? all[0].Message : $"{all[^1].Message} (and {all.Length - 1} more like that)";
    }

    private VerifiedPackage? Read(IndexRow row)
    {
        foreach (PackageCopy copy in _repository.Find(row))
        {
            using Stream? stream = copy.Open();
            if (stream is not null)
            {
                PackageVerifyOptions options = new()
                {
                    Edition = null,
                    Published = true,
                    Expected = new ExpectedPackage(row.Hash, row.Size, row.Entry.SizeInstalled),
                };
                return PackageVerifier.Verify(stream, options, _stop);
            }
        }

        return null;
    }

    private MovedRow Move(IndexRow row, VerifiedPackage package)
    {
        Manifest manifest =
            package.Edition == _edition
                ? package.Manifest
                : ManifestDocument.Read(package.ManifestBytes.Span, ManifestSource.Published, _edition);
        IndexEntry entry = IndexEntry.FromPackage(manifest, row.Hash, row.Size, row.Url) with
        {
            Withdrawn = row.Entry.Withdrawn,
        };
        IndexEntry old = new IndexEntryReader(_edition).Read(row.Json);
        if (old.SaysTheSame(entry))
        {
            return new MovedRow(new IndexRow(old, row.Json));
        }

        IndexRow moved = IndexRow.Of(entry, _edition);
        return new MovedRow(
            moved,
            PackageDetails.Write(moved, package, PackageDetails.SiblingsOf(_repository.Location, row))
        );
    }

    private Nonconformity Fault(IndexRow row, string rule, string problem) =>
        new(row, rule, problem, Remedy(row, rule));

    private string Remedy(IndexRow row, string rule) =>
        rule switch
        {
            Missing or "package-hash" =>
                "restore it from a mirror or a backup, or give the directory that holds it with --all-packages-dir",
            PayloadLayout.SpecialRule => "allow it with --allow-special-system",
            _ when _edition.Headers.Reference.Any(form => form.Rule() == rule) && !_permissions.ReferenceHeaders =>
                "if its headers are all that is wrong, allow them with --allow-reference-headers",
            _ when row.Version.IsPreRelease && !row.IsOffered =>
                $"take the pre-release back with withdraw --undo and remove it with prune-prerelease, or {Anew}",
            _ when row.Version.IsPreRelease =>
                $"remove the pre-release with prune-prerelease, which keeps a name's highest version, or {Anew}",
            _ => $"the archive keeps it for ever, so {Anew}",
        };

    private string Anew => $"begin another repository with init --edition {_edition}, and publish there what conforms";
}
