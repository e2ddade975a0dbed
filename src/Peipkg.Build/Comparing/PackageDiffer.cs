using System.Text.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Comparing;

/// <summary>Finds all differences between two packages.</summary>
internal static class PackageDiffer
{
    internal static PackageDifference Compare(
        ComparedPackage first,
        ComparedPackage second,
        CancellationToken cancellation
    )
    {
        ComparedEntry[] removed = Only(first, second);
        ComparedEntry[] added = Only(second, first);
        (ComparedEntry First, ComparedEntry Second)[] changed =
        [
            .. first
                .Entries.Values.Where(entry =>
                    second.Entries.TryGetValue(entry.Path, out ComparedEntry? other) && entry != other
                )
                .OrderBy(entry => entry.Path, PayloadPath.Order)
                .Select(entry => (entry, second.Entries[entry.Path])),
        ];
        string[] contents =
        [
            .. changed
                .Where(pair => pair.First.Kind == PayloadKind.File && pair.Second.Kind == PayloadKind.File)
                .Select(pair => pair.First.Path),
        ];
        first.Prepare(contents);
        second.Prepare(contents);
        List<EntryDifference> differences = [];
        foreach ((ComparedEntry one, ComparedEntry other) in changed)
        {
            cancellation.ThrowIfCancellationRequested();
            bool files = one.Kind == PayloadKind.File && other.Kind == PayloadKind.File;
            differences.Add(
                new EntryDifference(one, other, files ? ContentDiffer.Compare(first, second, one.Path) : null)
            );
        }

        return new PackageDifference(
            first.Label,
            second.Label,
            Fields(first.Manifest, second.Manifest),
            removed,
            added,
            differences
        );
    }

    private static ComparedEntry[] Only(ComparedPackage one, ComparedPackage other) =>
        [
            .. one
                .Entries.Values.Where(entry => !other.Entries.ContainsKey(entry.Path))
                .OrderBy(entry => entry.Path, PayloadPath.Order),
        ];

    private static List<FieldDifference> Fields(Manifest first, Manifest second)
    {
        using JsonDocument one = JsonDocument.Parse(ManifestDocument.WriteAny(first));
        using JsonDocument other = JsonDocument.Parse(ManifestDocument.WriteAny(second));
        List<FieldDifference> differences = [];
        Collect("", one.RootElement, other.RootElement, differences);
        return differences;
    }

    private static void Collect(string prefix, JsonElement first, JsonElement second, List<FieldDifference> differences)
    {
        IEnumerable<string> names = first
            .EnumerateObject()
            .Select(property => property.Name)
            .Union(second.EnumerateObject().Select(property => property.Name), StringComparer.Ordinal);
        foreach (string name in names)
        {
            JsonElement? one = first.TryGetProperty(name, out JsonElement a) ? a : null;
            JsonElement? other = second.TryGetProperty(name, out JsonElement b) ? b : null;
            if (one?.ValueKind == JsonValueKind.Object && other?.ValueKind == JsonValueKind.Object)
            {
                Collect($"{prefix}{name}.", a, b, differences);
            }
            else if (one?.GetRawText() != other?.GetRawText())
            {
                differences.Add(new FieldDifference(prefix + name, one?.Clone(), other?.Clone()));
            }
        }
    }
}
