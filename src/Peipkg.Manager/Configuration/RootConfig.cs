using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary><c>[root]</c>: builds on this machine see a root composed of packages, and none of the machine's programs.</summary>
/// <param name="Packages"><c>packages</c>: what every root holds, besides what the recipe requires.</param>
/// <param name="Repositories"><c>repositories</c>: where packages come from besides the farm's own repository.</param>
/// <param name="Trusted"><c>trust</c>: the keys one of which must have signed each repository's <c>repo.json</c>.</param>
internal sealed record RootConfig(
    IReadOnlyList<string> Packages,
    IReadOnlyList<string> Repositories,
    IReadOnlyList<Fingerprint> Trusted
)
{
    /// <summary>Reads the section; problems go to the file's list.</summary>
    /// <returns>Null where there is none: builds see the machine's programs.</returns>
    public static RootConfig? Read(TomlFile file, BuildConfig builds)
    {
        if (file.Section("root") is not { } section)
        {
            return null;
        }

        List<string> packages = ConfigWord.Each<string>(section, "packages", Package);
        List<string> repositories = ConfigWord.Each<string>(section, "repositories", Repository);
        List<Fingerprint> trusted = ConfigWord.Each<Fingerprint>(section, "trust", Fingerprint.TryParseTyped);
        section.Finish();
        if (packages.Count == 0 && section.NodeOf("packages") is null or TomlArray { Items.Count: 0 })
        {
            section.Problems.Error(
                section.PositionOf("packages"),
                "packages in [root] is missing or empty; name at least the package that has /bin/sh"
            );
        }

        if (repositories.Count > 0 && trusted.Count == 0)
        {
            section.Problems.Error(
                section.PositionOf("repositories"),
                "repositories in [root] need trust, the fingerprints of the keys that sign them"
            );
        }

        if (builds.Sandbox != true)
        {
            section.Problems.Error(section.Position, "[root] needs sandbox = true in [build], which shows the root");
        }

        return new RootConfig(packages, repositories, trusted);
    }

    private static bool Package(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        return Dependency.TryParse(text, out _, out error);
    }

    private static bool Repository(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        if (!RepositoryLocation.TryParse(text, out RepositoryLocation location, out error))
        {
            return false;
        }

        error =
            location.Address is null && !Path.IsPathFullyQualified(value)
                ? $"\"{value}\" is neither an http or https URL nor an absolute path"
                : null;
        return error is null;
    }
}
