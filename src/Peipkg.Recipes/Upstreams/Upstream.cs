using Peipkg.Format.Identity;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>A recipe's <c>[upstream]</c>: where its source lives and which tags are versions.</summary>
/// <param name="Git">The repository's URL.</param>
/// <param name="TagPattern">Which tags are versions.</param>
/// <param name="PeiosRevision">The revision of the packages built from them, at least 1.</param>
/// <param name="Submodules">Whether submodules are fetched too.</param>
/// <param name="MinVersion">The oldest upstream version that is built, or null for all.</param>
/// <param name="Position">Where the section begins.</param>
public sealed record Upstream(
    string Git, TagPattern TagPattern, long PeiosRevision, bool Submodules, VersionOperand? MinVersion, TomlPosition Position)
{
    /// <summary>Reads the section; what is wrong with it goes to the file's problems.</summary>
    /// <returns>The section, or null where there is none or it cannot be used.</returns>
    public static Upstream? Read(TomlFile file)
    {
        if (file.Section("upstream") is not { } section)
        {
            return null;
        }

        Located<string>? git = section.Parsed<string>("git", GitUrl.TryParse, required: true, RecipeRule.GitUrl);
        Located<TagPattern>? pattern = section.Parsed<TagPattern>("tag_pattern", TagPattern.TryParse, required: true, RecipeRule.TagPattern);
        Located<long>? revision = section.Integer("peios_revision", required: true);
        Located<bool>? submodules = section.Boolean("submodules");
        Located<VersionOperand>? minimum = section.Parsed<VersionOperand>("min_version", VersionOperand.TryParse, rule: RecipeRule.Version);
        section.Finish();
        if (revision is { Value: < 1 })
        {
            file.Problems.Error(revision.Value.Position,
                $"peios_revision in {section.Label} must be at least 1, not {revision.Value.Value}", RecipeRule.Version);
        }

        return git is null || pattern is null || revision is null or { Value: < 1 } ? null
            : new Upstream(git.Value.Value, pattern.Value.Value, revision.Value.Value, submodules?.Value ?? false,
                minimum?.Value, section.Position);
    }

    /// <summary>The package version of a tag that is to be built.</summary>
    /// <param name="tag">A tag's name, without <c>refs/tags/</c>.</param>
    /// <param name="version">The version.</param>
    /// <param name="error">Why a tag that matches is no version; null when it does not match or is older than wanted.</param>
    public bool TryGetVersion(string tag, out PackageVersion version, out string? error)
        => TagPattern.TryGetVersion(tag, PeiosRevision, out version, out error)
            && (MinVersion is not { } minimum || minimum.CompareVersion(version) >= 0);
}
