using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Recipes.Sources;

/// <summary>
/// The address of a file that each upstream version has, with placeholders: <c>{{version}}</c>, and <c>{{major}}</c> and
/// <c>{{major_minor}}</c>, its first one or two numbers.
/// </summary>
public readonly record struct ArchiveUrl
{
    private const string Example = "1.2.3";

    private static readonly string[] Names = ["version", "major", "major_minor"];

    private readonly string? _text;

    private ArchiveUrl(string text) => _text = text;

    /// <summary>The address as it is written.</summary>
    public string Text => _text ?? "";

    /// <summary>The address for one version.</summary>
    /// <param name="upstream">The upstream version.</param>
    public string For(string upstream) => Expand(Text, upstream);

    /// <summary>The name of the file of one version: the last of the path.</summary>
    /// <param name="upstream">The upstream version.</param>
    public string FileName(string upstream)
    {
        string path = For(upstream).Split('?', '#')[0];
        return path[(path.LastIndexOf('/') + 1)..] is { Length: > 0 } name ? name : "archive";
    }

    /// <summary>Reads an address.</summary>
    public static bool TryParse(string? text, out ArchiveUrl value, [NotNullWhen(false)] out string? error)
    {
        value = new(text ?? "");
        string expanded = value.For(Example);
        int open = expanded.IndexOf("{{", StringComparison.Ordinal);
        error =
            open >= 0
                ? $"{DisplayText.Quote(expanded[open..])} is no placeholder; they are {string.Join(", ", Names.Select(name => $"{{{{{name}}}}}"))}"
            : !HttpUrl.TryValidateAbsolute(expanded, out string? fault) ? fault
            : expanded.Split('/')[2].Contains('@', StringComparison.Ordinal)
                ? "it holds a user name, and everybody reads recipes; remove it"
            : null;
        return error is null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Expand(string text, string upstream)
    {
        string[] numbers = upstream.Split('.');
        return text.Replace("{{version}}", upstream, StringComparison.Ordinal)
            .Replace("{{major}}", numbers[0], StringComparison.Ordinal)
            .Replace("{{major_minor}}", string.Join('.', numbers.Take(2)), StringComparison.Ordinal);
    }
}
