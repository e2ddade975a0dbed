using Peipkg.Build.Comparing;
using Peipkg.Build.Composing;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Reproducing;

/// <summary>
/// Builds packages of a repository again, with one's own recipes, and with the sources that the packages name. What has a
/// verdict of the same key in the directory of verdicts is passed over, so that the next run does what is new.
/// </summary>
internal sealed class RepositoryRebuild
{
    private readonly RepositoryRebuildRequest _request;
    private readonly ComposeSource _source;
    private readonly RecipeShelf _recipes;
    private readonly VerdictWriter? _verdicts;
    private readonly ComparisonReport _report;
    private readonly ToolContext _context;

    private RepositoryRebuild(
        RepositoryRebuildRequest request,
        ComposeSource source,
        RecipeShelf recipes,
        VerdictWriter? verdicts,
        ToolContext context
    )
    {
        _request = request;
        _source = source;
        _recipes = recipes;
        _verdicts = verdicts;
        _report = new ComparisonReport(request.Json, context.Output);
        _context = context;
    }

    internal static int Run(RepositoryRebuildRequest request, ToolContext context)
    {
        RecipeShelf recipes = RecipeShelf.Read(request.Recipes, context);
        using VerdictWriter? verdicts = VerdictWriter.Open(request.Verdicts, context);
        using StagingArea area = StagingArea.Create(
            context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            context.Diagnostics
        );
        ComposeSource source = ComposeSource.Open(
            request.Location,
            request.Trusted,
            area.MakeDirectory("fetched"),
            context
        );
        return new RepositoryRebuild(request, source, recipes, verdicts, context).Run();
    }

    private int Run()
    {
        List<IndexEntry> entries = [];
        int known = 0;
        foreach (IndexEntry entry in Choose())
        {
            if (_request.Wanted.Count == 0 && _verdicts?.Knows(entry) == true)
            {
                known++;
            }
            else
            {
                entries.Add(entry);
            }
        }

        foreach (
            IGrouping<(string, PackageVersion, Timestamp?, string?), (IndexEntry Entry, string Recipe)> build in entries
                .Select(WithRecipe)
                .OfType<(IndexEntry Entry, string Recipe)>()
                .GroupBy(static item =>
                    (item.Recipe, item.Entry.Version, item.Entry.Build?.Timestamp, item.Entry.Build?.FarmId)
                )
        )
        {
            BuildAgain([.. build.Select(static item => item.Entry)], build.First().Recipe);
        }

        return _report.FinishRepository(known, requireAll: _request.Wanted.Count > 0);
    }

    private IEnumerable<IndexEntry> Choose() =>
        _request.Wanted.Count == 0 ? _source.Offered : _request.Wanted.SelectMany(Find).Distinct();

    private List<IndexEntry> Find(string wanted)
    {
        string[] words = wanted.Split('=', 2);
        List<IndexEntry> found =
        [
            .. words.Length == 1
                ? _source.Offered.Where(entry => entry.Name.Text == words[0])
                : _source.Versions(words[0]).Where(entry => entry.Version.Text == words[1]),
        ];
        return found.Count > 0
            ? found
            : throw new UserErrorException(
                $"{_source} has no package {wanted}"
                    + NearestName.Suggestion(words[0], _source.Offered.Select(static entry => entry.Name.Text))
            );
    }

    private (IndexEntry Entry, string Recipe)? WithRecipe(IndexEntry entry)
    {
        try
        {
            return entry.Architecture == Architecture.NoArch || entry.Architecture == RecipeTarget.Machine
                ? (entry, _recipes.Find(entry.Name))
                : throw new UserErrorException(
                    $"it is for {entry.Architecture}, and this machine is {RecipeTarget.Machine}"
                );
        }
        catch (UserErrorException exception)
        {
            _report.AddUntried(NameOf(entry), exception.Message);
            return null;
        }
    }

    /// <summary>Builds the packages of one recipe, version and time.</summary>
    private void BuildAgain(IReadOnlyList<IndexEntry> entries, string recipe)
    {
        using StagingArea area = StagingArea.Create(
            _context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            _context.Diagnostics
        );
        List<OpenedPackage> packages = [];
        foreach (IndexEntry entry in entries)
        {
            try
            {
                OpenedPackage package = Open(entry, area);
                _verdicts?.RequireAnother(package);
                packages.Add(package);
            }
            catch (UserErrorException exception)
            {
                _report.AddUntried(NameOf(entry), exception.Message);
            }
        }

        foreach (
            IGrouping<BuildInfo, OpenedPackage> build in packages.GroupBy(static package => package.Manifest.Build)
        )
        {
            BuildAgain([.. build], recipe);
        }
    }

    private void BuildAgain(IReadOnlyList<OpenedPackage> packages, string recipe)
    {
        using StagingArea area = StagingArea.Create(
            _context.Variables.GetValueOrDefault("TMPDIR"),
            keep: false,
            _context.Diagnostics
        );
        try
        {
            (string tree, string? commit) = RebuildSource.Make(
                recipe,
                packages[0].Manifest,
                AttestedCommit.Of(packages[0], _source.Keys, _context),
                mayBeLocal: _request.Location.Address is null,
                area.MakeDirectory("source"),
                _context
            );
            Rebuild rebuild = Rebuild.Prepare(
                packages,
                recipe,
                tree,
                commit,
                key: null,
                _request.Conditions,
                area,
                _context
            );
            if (rebuild.Run(_report, _verdicts) is { } failure)
            {
                foreach (OpenedPackage package in packages)
                {
                    _report.AddUnbuildable(package.FileName, failure.Message);
                }
            }
        }
        catch (UserErrorException exception)
        {
            foreach (OpenedPackage package in packages)
            {
                _report.AddUntried(package.FileName, exception.Message);
            }
        }
    }

    /// <summary>Reads a package, and what is attested of it beside it, and proves that the index means it.</summary>
    private OpenedPackage Open(IndexEntry entry, StagingArea area)
    {
        string file = Path.Combine(area.MakeDirectory("published"), NameOf(entry));
        string fetched = _source.GetPackage(entry);
        if (_request.Location.Address is null)
        {
            File.CreateSymbolicLink(file, Path.GetFullPath(fetched));
        }
        else
        {
            File.Move(fetched, file);
        }

        OpenedPackage package = OpenedPackage.Open(
            file,
            new PackageVerifyOptions
            {
                Edition = _source.Descriptor.Edition,
                AllowReferenceHeaders = true,
                Published = true,
                Expected = new ExpectedPackage(entry.Hash, entry.SizeCompressed, entry.SizeInstalled),
            },
            _context
        );
        if (_source.TryReadSibling(entry, SiblingNames.Attestation, Limits.AttestationBytes) is { } attestation)
        {
            File.WriteAllBytes(file + SiblingNames.Attestation, attestation);
        }

        return package;
    }

    private static string NameOf(IndexEntry entry) =>
        PackageFileName.Compose(entry.Name, entry.Version, entry.Architecture);
}
