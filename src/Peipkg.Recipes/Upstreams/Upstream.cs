using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>A recipe's <c>[upstream]</c>: where its source lives and which tags are versions.</summary>
/// <param name="Git">Where the repository is.</param>
/// <param name="TagPattern">Which tags are versions.</param>
/// <param name="PeiosRevision">The revision of the packages built from them, at least 1.</param>
/// <param name="Position">Where the section begins.</param>
public sealed record Upstream(GitAddress Git, TagPattern TagPattern, long PeiosRevision, TomlPosition Position)
{
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

        Located<GitAddress>? git = section.Parsed<GitAddress>(
            "git",
            GitAddress.TryParse,
            required: true,
            RecipeRule.GitUrl
        );
        Located<TagPattern>? pattern = section.Parsed<TagPattern>(
            "tag_pattern",
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

        return git is null || pattern is null || revision is null or { Value: < 1 }
            ? null
            : new Upstream(git.Value.Value, pattern.Value.Value, revision.Value.Value, section.Position)
            {
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
