using System.Text.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Querying;

/// <summary>How a field differs between two entries.</summary>
/// <param name="Field">The field's name in the document.</param>
/// <param name="Removed">The values that only the older one has.</param>
/// <param name="Added">The values that only the newer one has.</param>
internal sealed record EntryChange(string Field, IReadOnlyList<string> Removed, IReadOnlyList<string> Added)
{
    /// <summary>The change in one line: <c>dependencies -libfoo +libbar &gt;= 2</c>.</summary>
    public override string ToString() =>
        $"{Field} {string.Join(", ", Removed.Select(static value => "-" + value).Concat(Added.Select(static value => "+" + value)))}";

    /// <summary>Writes the change as an object.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("field", Field);
        JsonReport.WriteStrings(json, "removed", Removed);
        JsonReport.WriteStrings(json, "added", Added);
        json.WriteEndObject();
    }
}

/// <summary>Compares what two entries say, not how they were built or how large they are.</summary>
internal static class EntryChanges
{
    /// <summary>Every field that differs, in the document's order.</summary>
    internal static List<EntryChange> Between(IndexEntry older, IndexEntry newer)
    {
        List<EntryChange> changes = [];
        Compare("architecture", [older.Architecture.Text], [newer.Architecture.Text]);
        Compare("description", Text(older.Description), Text(newer.Description));
        Compare("license", Text(older.License), Text(newer.License));
        Compare("license_class", [older.LicenseClass.Text()], [newer.LicenseClass.Text()]);
        Compare("homepage", Text(older.Homepage), Text(newer.Homepage));
        Compare("default_root", Text(older.DefaultRoot?.Text ?? ""), Text(newer.DefaultRoot?.Text ?? ""));
        Compare(
            "alternate_upgrade",
            Text(older.AlternateUpgrade?.Message ?? ""),
            Text(newer.AlternateUpgrade?.Message ?? "")
        );
        Compare("dependencies", older.Dependencies.Select(Relation), newer.Dependencies.Select(Relation));
        Compare(
            "optional_dependencies",
            older.OptionalDependencies.Select(Relation),
            newer.OptionalDependencies.Select(Relation)
        );
        Compare("conflicts", older.Conflicts.Select(Relation), newer.Conflicts.Select(Relation));
        Compare("provides", older.Provides.Select(Relation), newer.Provides.Select(Relation));
        Compare("replaces", older.Replaces.Select(Relation), newer.Replaces.Select(Relation));
        Compare("side_effects", older.SideEffects.Select(Relation), newer.SideEffects.Select(Relation));
        return changes;

        void Compare(string field, IEnumerable<string> before, IEnumerable<string> after)
        {
            string[] old = [.. before];
            string[] current = [.. after];
            if (!old.SequenceEqual(current, StringComparer.Ordinal))
            {
                changes.Add(
                    new EntryChange(
                        field,
                        [.. old.Except(current, StringComparer.Ordinal)],
                        [.. current.Except(old, StringComparer.Ordinal)]
                    )
                );
            }
        }

        static string[] Text(string value) => value.Length == 0 ? [] : [value];
    }

    /// <summary>A relation as people write it: <c>libssl &gt;= 3.0</c>.</summary>
    internal static string Relation(Dependency dependency) =>
        Relation(dependency.Name.Text, dependency.Constraint?.Text, dependency.Extras);

    /// <inheritdoc cref="Relation(Dependency)"/>
    internal static string Relation(Conflict conflict) =>
        Relation(conflict.Name.Text, conflict.Constraint?.Text, conflict.Extras);

    /// <inheritdoc cref="Relation(Dependency)"/>
    internal static string Relation(Replacement replacement) =>
        Relation(replacement.Name.Text, replacement.Constraint?.Text, replacement.Extras);

    /// <summary>A provided name with its version: <c>smtp-server = 3.0</c>.</summary>
    internal static string Relation(Provide provide) =>
        Relation(provide.Name.Text, provide.Version is { } version ? $"= {version}" : null, provide.Extras);

    private static string Relation(SideEffect effect) => effect.Text();

    private static string Relation(string name, string? constraint, RelationExtras? extras) =>
        name
        + (constraint is null ? "" : " " + constraint)
        + (extras?.Root is { } root ? $" in root {root}" : "")
        + string.Concat(extras?.Claims.Slots.Select(Claim) ?? [])
        + (extras?.Unknown is { } unknown ? " " + unknown.Json : "");

    private static string Claim(ClaimSlot slot) =>
        $" [{slot.Slot}"
        + (slot.Path is { } path ? $" at {path}" : "")
        + (slot.Target is { } target ? $" is {target}" : "")
        + (slot.Unknown is { } unknown ? " " + unknown.Json : "")
        + "]";
}
