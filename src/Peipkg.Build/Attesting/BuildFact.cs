using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Build.Attesting;

/// <summary>Something about how a build was run.</summary>
/// <param name="Name">Letters, digits and underscores.</param>
/// <param name="Value">One line of text.</param>
internal sealed record BuildFact(string Name, string Value)
{
    private const int LongestValue = 1024;

    /// <summary>That the build was run in a root that says what it is made of.</summary>
    internal static BuildFact ComposedRoot { get; } = new("root", "composed");

    internal static bool TryParse(string? text, out BuildFact value, [NotNullWhen(false)] out string? error)
    {
        string[] parts = (text ?? "").Split('=', 2);
        error =
            parts.Length < 2 ? "it must be NAME=VALUE"
            : parts[0].Length == 0 || !parts[0].All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
                ? "the name has letters, digits and underscores only"
            : parts[1].Length > LongestValue || parts[1].Any(char.IsControl)
                ? $"the value is one line of at most {LongestValue} characters"
            : null;
        value = new BuildFact(parts[0], error is null ? parts[1] : "");
        return error is null;
    }
}
