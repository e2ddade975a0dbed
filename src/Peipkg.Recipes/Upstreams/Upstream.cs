using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>
/// A recipe's <c>[upstream]</c>: where new versions appear, and which names are versions. They are the tags of a git
/// repository, or the names of archives on a page that lists them.
/// </summary>
/// <param name="Git">The repository; null where a page lists archives.</param>
/// <param name="TagPattern">Which tags or names of archives are versions: <c>tag_pattern</c> or <c>file_pattern</c>.</param>
/// <param name="PeiosRevision">The revision of the packages built from them, at least 1.</param>
/// <param name="Position">Where the section begins.</param>
public sealed record Upstream(GitAddress? Git, TagPattern TagPattern, long PeiosRevision, TomlPosition Position)
{
    /// <summary>The page that lists archives; null for a git repository.</summary>
    public ListingAddress? Listing { get; init; }

    /// <summary>Where it is, without credentials.</summary>
    public string Address => Git?.Text ?? Listing?.Text ?? "";

    /// <summary>The host that is asked, and perhaps its port.</summary>
    public string Authority => Git?.Authority ?? Listing?.Authority ?? "";

    /// <summary>The key that says which names are versions.</summary>
    public string PatternKey => KeyOfPattern(Listing is not null);

    /// <summary>The epoch of the packages built from them, from 0.</summary>
    public long Epoch { get; init; }

    /// <summary>Whether submodules are fetched too.</summary>
    public bool Submodules { get; init; }

    /// <summary>The oldest upstream version that is built, or null for all.</summary>
    public VersionOperand? MinVersion { get; init; }

    /// <summary>The newest upstream version that is built, or null for all.</summary>
    public VersionOperand? MaxVersion { get; init; }

    /// <summary>Whether pre-releases are built too.</summary>
    public bool Prerelease { get; init; } = true;

    /// <summary>Tags that are not built whatever they match.</summary>
    public IReadOnlyList<Glob> RejectTags { get; init; } = [];

    /// <summary>Reads the section; what is wrong with it goes to the file's problems.</summary>
    /// <returns>The section, or null where there is none or it cannot be used.</returns>
    public static Upstream? Read(TomlFile file)
    {
        if (file.Section("upstream") is not { } section)
        {
            return null;
        }

        bool lists = section.Has("listing") && !section.Has("git");
        Located<GitAddress>? git = section.Parsed<GitAddress>(
            "git",
            GitAddress.TryParse,
            required: !lists,
            RecipeRule.GitUrl
        );
        Located<ListingAddress>? listing = section.Parsed<ListingAddress>("listing", ListingAddress.TryParse);
        Located<TagPattern>? pattern = section.Parsed<TagPattern>(
            KeyOfPattern(lists),
            TagPattern.TryParse,
            required: true,
            RecipeRule.TagPattern
        );
        Located<long>? revision = section.Integer("peios_revision", required: true);
        Located<long>? epoch = section.Integer("epoch");
        Located<bool>? submodules = section.Boolean("submodules");
        Located<VersionOperand>? minimum = section.Parsed<VersionOperand>(
            "min_version",
            VersionOperand.TryParse,
            rule: RecipeRule.Version
        );
        Located<VersionOperand>? maximum = section.Parsed<VersionOperand>(
            "max_version",
            VersionOperand.TryParse,
            rule: RecipeRule.Version
        );
        Located<bool>? prerelease = section.Boolean("prerelease");
        List<Glob> rejected = ReadRejected(section);
        RefuseMixture(file, section, lists);
        section.Finish();
        if (revision is { Value: < 1 })
        {
            file.Problems.Error(
                revision.Value.Position,
                $"peios_revision in {section.Label} must be at least 1, not {revision.Value.Value}",
                RecipeRule.Version
            );
        }

        if (epoch is { Value: < 0 })
        {
            file.Problems.Error(
                epoch.Value.Position,
                $"epoch in {section.Label} must be at least 0, not {epoch.Value.Value}",
                RecipeRule.Version
            );
        }

        return (git is null && listing is null) || pattern is null || revision is null or { Value: < 1 }
            ? null
            : new Upstream(git?.Value, pattern.Value.Value, revision.Value.Value, section.Position)
            {
                Listing = listing?.Value,
                Epoch = epoch?.Value ?? 0,
                Submodules = submodules?.Value ?? false,
                MinVersion = minimum?.Value,
                MaxVersion = maximum?.Value,
                Prerelease = prerelease?.Value ?? true,
                RejectTags = rejected,
            };
    }

    /// <summary>The package version of a tag that is to be built.</summary>
    /// <param name="tag">A tag's name, without <c>refs/tags/</c>.</param>
    /// <param name="version">The version.</param>
    /// <param name="error">Why a tag that matches is no version; null when it does not match or is not wanted.</param>
    public bool TryGetVersion(string tag, out PackageVersion version, out string? error) =>
        TryMatch(tag, out version, out error) && WhyUnwanted(tag, version) is null;

    /// <summary>The package version of a tag, whether or not it is to be built.</summary>
    /// <param name="tag">A tag's name, without <c>refs/tags/</c>.</param>
    /// <param name="version">The version.</param>
    /// <param name="error">Why a tag that matches is no version; null when it does not match.</param>
    public bool TryMatch(string tag, out PackageVersion version, out string? error) =>
        TagPattern.TryGetVersion(tag, PeiosRevision, out version, out error, Epoch);

    /// <summary>Why a tag that gives a version is not to be built; null when it is.</summary>
    /// <param name="tag">The tag's name, without <c>refs/tags/</c>.</param>
    /// <param name="version">The version that it gives.</param>
    public string? WhyUnwanted(string tag, in PackageVersion version)
    {
        foreach (Glob rejected in RejectTags)
        {
            if (rejected.IsMatch(tag))
            {
                return $"reject_tags has {DisplayText.Quote(rejected.Text)}";
            }
        }

        return MinVersion is { } minimum && Compare(minimum, version) < 0 ? $"it is older than min_version {minimum}"
            : MaxVersion is { } maximum && Compare(maximum, version) > 0 ? $"it is newer than max_version {maximum}"
            : !Prerelease && IsPreRelease(tag, version) ? "it is a pre-release, and prerelease = false"
            : null;
    }

    // A matched group says so whatever its word; a letter release is none, although the format takes it for one.
    private bool IsPreRelease(string tag, in PackageVersion version) =>
        version is { IsPreRelease: true, IsLetterRelease: false } || TagPattern.PreReleaseOf(tag) is not null;

    // A bound without an epoch is one of upstream's, which has none.
    private static int Compare(in VersionOperand bound, in PackageVersion version) =>
        bound.CompareVersion(
            bound.Epoch == 0 && version.Epoch != 0
                ? PackageVersion.Parse(version.Text[(version.Text.IndexOf(':', StringComparison.Ordinal) + 1)..])
                : version
        );

    private static string KeyOfPattern(bool lists) => lists ? "file_pattern" : "tag_pattern";

    // What belongs to the other kind of upstream is told as that, not as an unknown key.
    private static void RefuseMixture(TomlFile file, TomlSection section, bool lists)
    {
        (string, string)[] useless = lists
            ? [("tag_pattern", "names of archives are matched by file_pattern"), ("submodules", "archives have none")]
            :
            [
                ("listing", "an upstream is a git repository or a listing of archives, and here is git"),
                ("file_pattern", "tags are matched by tag_pattern"),
            ];
        foreach ((string key, string reason) in useless)
        {
            if (section.NodeOf(key) is not null)
            {
                section.Problems.Error(
                    section.PositionOf(key),
                    $"{key} in {section.Label}: {reason}",
                    RecipeRule.Value
                );
            }
        }

        if (lists && file.Root.Find("source") is null)
        {
            section.Problems.Error(
                section.PositionOf("listing"),
                $"listing in {section.Label}: the recipe has no [source] that says where the archive of a version is",
                RecipeRule.Value
            );
        }
    }

    private static List<Glob> ReadRejected(TomlSection section)
    {
        List<Glob> rejected = [];
        foreach (Located<string> text in section.Strings("reject_tags"))
        {
            if (Glob.TryParse(text.Value, out Glob glob, out string? error))
            {
                rejected.Add(glob);
            }
            else
            {
                section.Problems.Error(
                    text.Position,
                    $"reject_tags in {section.Label}: {error}",
                    RecipeRule.GlobSyntax
                );
            }
        }

        return rejected;
    }
}
