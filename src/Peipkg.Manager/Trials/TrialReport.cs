using System.Text.Json;
using System.Text.Json.Serialization;

namespace Peipkg.Manager.Trials;

/// <summary>What became of one recipe in a trial.</summary>
internal sealed record TrialRecipe
{
    /// <summary>The number of its log within the trial, from 1.</summary>
    public required int Number { get; init; }

    public required string Recipe { get; init; }

    /// <summary>new, changed, same (it was named) or removed.</summary>
    public required string Change { get; init; }

    /// <summary>The version that was built; null where none was.</summary>
    public string? Version { get; init; }

    /// <summary>passed, failed (the recipe's fault), error (not its fault) or skipped.</summary>
    public required string Result { get; init; }

    /// <summary>Why.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The file of its log; null where nothing was begun.</summary>
    public string? Log { get; init; }

    public IReadOnlyList<TrialPackage> Packages { get; init; } = [];
}

/// <summary>A package that a trial made.</summary>
/// <param name="File">Its name.</param>
/// <param name="Sha256">The digest of the file in the scratch repository.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Published">The highest published version that it was compared with; null where there is none.</param>
/// <param name="Diff">What differs, as <c>peipkg-build inspect --diff</c> writes it, the published one first; empty: nothing.</param>
internal sealed record TrialPackage(string File, string Sha256, long Size, string? Published, string Diff);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<TrialRecipe>))]
internal sealed partial class TrialJson : JsonSerializerContext
{
    /// <summary>What the store keeps of it.</summary>
    public static string Write(IReadOnlyList<TrialRecipe> recipes) =>
        JsonSerializer.Serialize(recipes, Default.IReadOnlyListTrialRecipe);

    /// <summary>Reads that; nothing where there is nothing.</summary>
    public static IReadOnlyList<TrialRecipe> Read(string report) =>
        report.Length == 0 ? [] : JsonSerializer.Deserialize(report, Default.IReadOnlyListTrialRecipe) ?? [];
}
