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
        return Differences(expected, package.Manifest)
            .Concat(Unclaimed(stanza, package.Entries))
            .Concat(
                PackageJudgement
                    .Read(package, package.Edition)
                    .Where(problem => problem.Severity == LayoutSeverity.Error)
                    .Select(problem => problem.ToString()!)
            );
    }

    private static List<string> Differences(Manifest expected, Manifest actual)
    {
        using JsonDocument wanted = JsonDocument.Parse(ManifestDocument.Write(expected));
        using JsonDocument found = JsonDocument.Parse(ManifestDocument.Write(actual));
        List<string> differences = [];
        Compare(wanted.RootElement, found.RootElement, "");
        return differences;

        void Compare(JsonElement one, JsonElement other, string place)
        {
            foreach (JsonProperty property in one.EnumerateObject())
            {
                string name = place + property.Name;
                JsonElement theirs = other.GetProperty(property.Name);
                if (property.Value.ValueKind == JsonValueKind.Object)
                {
                    Compare(property.Value, theirs, name + ".");
                }
                else if (property.Value.GetRawText() != theirs.GetRawText())
                {
                    differences.Add($"{name} is {Short(theirs)} instead of {Short(property.Value)}");
                }
            }
        }
    }

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
