using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Operating;

/// <summary>Something that is not as it should be.</summary>
/// <param name="Key">What kind it is and whom it is about, by which operators acknowledge it: <c>sync:rsync</c>.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Text">In a sentence.</param>
/// <param name="Remedy">A command that mends it or shows more.</param>
internal sealed record Trouble(string Key, TroubleSeverity Severity, string Text, string Remedy)
{
    /// <summary>Since when it is known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What an operator has said of it; null while nobody has.</summary>
    public Acknowledgement? Acknowledged { get; init; }

    /// <summary>Whether an event of its own tells people of it, so that it needs none more.</summary>
    public bool IsTold { get; init; }

    /// <summary>The attempt whose log shows it; null where none does.</summary>
    public long? Attempt { get; init; }

    // Kinds of troubles whose keys go on with a recipe's name.
    private static readonly string[] OfRecipes =
    [
        "failing",
        "held",
        "moved",
        "paused",
        "recipe",
        "reproduce",
        "unplaced",
        "upstream",
    ];

    /// <summary>The recipe that a trouble is about, by its key; null where it is about more than one, or none.</summary>
    public static string? RecipeOf(string key) =>
        key.Split(':', 2) is [var kind, var about] && OfRecipes.Contains(kind, StringComparer.Ordinal)
            ? about.Split('@', 2)[0]
            : null;

    /// <summary>What addresses of the farm's page name a trouble by.</summary>
    public static string Anchor(string key) => "trouble-" + Uri.EscapeDataString(key);

    /// <summary>One that keeps the farm from some of its work.</summary>
    public static Trouble Error(string key, string text, string remedy) =>
        new(key, TroubleSeverity.Error, text, remedy);

    /// <summary>One that someone should look at.</summary>
    public static Trouble Warning(string key, string text, string remedy) =>
        new(key, TroubleSeverity.Warning, text, remedy);
}
