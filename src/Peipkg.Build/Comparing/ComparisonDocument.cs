using System.Text.Json.Serialization;

namespace Peipkg.Build.Comparing;

/// <summary>What comparing packages found, for programs.</summary>
internal sealed record ComparisonDocument(bool Identical, ComparisonDocument.Pair[] Packages)
{
    /// <summary>Packages of a repository whose build failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Omission[]? Unbuildable { get; init; }

    /// <summary>Packages of a repository that were not tried.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Omission[]? Untried { get; init; }

    /// <summary>How many packages of a repository have a verdict already.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Known { get; init; }

    /// <summary>Describes verdicts.</summary>
    internal static ComparisonDocument Of(bool identical, IEnumerable<ComparisonVerdict> verdicts) =>
        new(identical, [.. verdicts.Select(Describe)]);

    private static Pair Describe(ComparisonVerdict verdict) =>
        new(
            verdict.Name,
            verdict.Identical,
            verdict.Reason,
            verdict.Difference.First,
            verdict.Difference.Second,
            verdict.Difference.Fields,
            [.. verdict.Difference.Removed.Select(entry => Describe(entry, entry.Path))],
            [.. verdict.Difference.Added.Select(entry => Describe(entry, entry.Path))],
            [.. verdict.Difference.Changed.Select(Describe)]
        );

    private static ChangedEntry Describe(EntryDifference changed) =>
        new(
            changed.First.Path,
            Describe(changed.First, path: null),
            Describe(changed.Second, path: null),
            changed.Content?.Offset,
            changed.Content is { } content
                ? new QuotedBytes(
                    content.WindowStart,
                    Convert.ToHexStringLower(content.First),
                    Convert.ToHexStringLower(content.Second)
                )
                : null,
            changed.Content?.Line,
            changed.Content?.Sections
        );

    private static EntryDocument Describe(ComparedEntry entry, string? path) =>
        EntryDocument.Of(path, entry.Kind, entry.Size, entry.Hash, entry.LinkTarget);

    /// <summary>A package that was not compared, and why.</summary>
    internal sealed record Omission(string Package, string Reason);

    /// <summary>Two packages; a reason says in what they are identical, or why they are not although no content differs.</summary>
    internal sealed record Pair(
        string Package,
        bool Identical,
        string? Reason,
        string First,
        string Second,
        IReadOnlyList<FieldDifference> Manifest,
        EntryDocument[] Removed,
        EntryDocument[] Added,
        ChangedEntry[] Changed
    );

    /// <summary>An entry that both have; all but the first three members are of two files whose content differs.</summary>
    internal sealed record ChangedEntry(
        string Path,
        EntryDocument First,
        EntryDocument Second,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Offset,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] QuotedBytes? Context,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LineDifference? Line,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
            IReadOnlyList<SectionDifference>? Sections
    );

    /// <summary>Bytes of both files around the first difference, from an offset, in hexadecimal.</summary>
    internal sealed record QuotedBytes(long Offset, string First, string Second);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    GenerationMode = JsonSourceGenerationMode.Serialization
)]
[JsonSerializable(typeof(ComparisonDocument))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
