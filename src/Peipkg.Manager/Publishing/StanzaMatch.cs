using System.Text.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Recipes;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Whether a package says and holds what its stanza allows, to the last field: it may come from a worker that is not
/// trusted, and the farm is about to sign it.
/// </summary>
internal static class StanzaMatch
{
    // Enough to see what is going on.
    private const int MaxPaths = 10;

    /// <summary>Everything that deviates.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="stanza">The package's stanza.</param>
    /// <param name="order">What was ordered.</param>
    /// <param name="farmId">Who ordered it.</param>
    /// <param name="package">What came, verified.</param>
    public static IEnumerable<string> Problems(
        Peipkg.Recipes.Recipe recipe,
        Stanza stanza,
        BuildOrder order,
        string farmId,
        VerifiedPackage package
    )
    {
        BuildInfo build = new(order.Timestamp, farmId, order.SourceRef);
        Manifest expected = StanzaManifest.Compose(recipe.Meta, stanza, order.Version, build) with
        {
            SizeInstalled = package.Manifest.SizeInstalled,
        };
        Derivation derivation =
            stanza.Derive ?? (recipe.Meta.Edition.DerivesByDefault ? Derivation.Full : Derivation.None);
        return Differences(expected, package.Manifest, derivation)
            .Concat(Unclaimed(stanza, package.Entries))
            .Concat(
                PackageJudgement
                    .Read(package, package.Edition)
                    .Where(problem => problem.Severity == LayoutSeverity.Error)
                    .Select(problem => problem.ToString()!)
            );
    }

    private static List<string> Differences(Manifest expected, Manifest actual, Derivation derivation)
    {
        using JsonDocument wanted = JsonDocument.Parse(ManifestDocument.WriteAny(expected));
        using JsonDocument found = JsonDocument.Parse(ManifestDocument.WriteAny(actual));
        List<string> differences = [];
        Compare(wanted.RootElement, found.RootElement, "");
        return differences;

        void Compare(JsonElement one, JsonElement other, string place)
        {
            foreach (
                string member in one.EnumerateObject()
                    .Concat(other.EnumerateObject())
                    .Select(property => property.Name)
                    .Distinct(StringComparer.Ordinal)
            )
            {
                string name = place + member;
                if (!one.TryGetProperty(member, out JsonElement ours))
                {
                    differences.Add($"{name} is {Short(other.GetProperty(member))}, which the recipe does not say");
                }
                else if (!other.TryGetProperty(member, out JsonElement theirs))
                {
                    differences.Add($"{name} is missing instead of {Short(ours)}");
                }
                else if (ours.ValueKind == JsonValueKind.Object && theirs.ValueKind == JsonValueKind.Object)
                {
                    Compare(ours, theirs, name + ".");
                }
                else if (derivation.IsAny && name is "dependencies" or "provides")
                {
                    differences.AddRange(UnderivedDifferences(name, ours, theirs));
                }
                else if (ours.GetRawText() != theirs.GetRawText())
                {
                    differences.Add($"{name} is {Short(theirs)} instead of {Short(ours)}");
                }
            }
        }
    }

    // What is declared stands as it is; what comes from the package's files is added. Whoever made the files chose those
    // names, so that there is nothing to gain by forging them here; others are not taken.
    private static IEnumerable<string> UnderivedDifferences(string name, JsonElement declared, JsonElement found)
    {
        string[] ours = [.. declared.EnumerateArray().Select(item => item.GetRawText())];
        string[] theirs = [.. found.EnumerateArray().Select(item => item.GetRawText())];
        foreach (string item in ours.Except(theirs, StringComparer.Ordinal))
        {
            yield return $"{name} lacks {item}";
        }

        foreach (JsonElement item in found.EnumerateArray())
        {
            if (
                !ours.Contains(item.GetRawText(), StringComparer.Ordinal)
                && !IsDerivedName(item.GetProperty("name").GetString()!)
            )
            {
                yield return $"{name} has {Short(item)}, which neither the recipe says nor a file";
            }
        }
    }

    private static bool IsDerivedName(string name) =>
        name.Contains(".so", StringComparison.Ordinal)
        || name.StartsWith("elfver(", StringComparison.Ordinal)
        || name.StartsWith("pkgconfig(", StringComparison.Ordinal);

    private static string Short(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 200 ? text : text[..200] + "…";
    }

    // As peipkg-build divides a staged tree: files and links by the patterns, directories also on the way to them.
    private static IEnumerable<string> Unclaimed(Stanza stanza, IReadOnlyList<PackageEntry> entries)
    {
        HashSet<string> ancestors = new(StringComparer.Ordinal);
        foreach (PackageEntry entry in entries)
        {
            for (int slash = entry.Path.LastIndexOf('/'); slash > 0 && ancestors.Add(entry.Path[..slash]); )
            {
                slash = entry.Path.LastIndexOf('/', slash - 1);
            }
        }

        string[] paths =
        [
            .. entries
                .Where(entry =>
                    !(entry.Kind == PayloadKind.Directory && ancestors.Contains(entry.Path))
                    && !stanza.Files.Any(pattern =>
                        pattern.Glob.ClaimsDirectories == (entry.Kind == PayloadKind.Directory)
                        && pattern.Glob.IsMatch(entry.Path)
                    )
                )
                .Select(entry => entry.Path),
        ];
        return paths.Length <= MaxPaths
            ? paths.Select(path => $"its stanza does not claim {path}")
            :
            [
                .. paths.Take(MaxPaths).Select(path => $"its stanza does not claim {path}"),
                $"nor {paths.Length - MaxPaths} others",
            ];
    }
}
