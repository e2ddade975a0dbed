using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Recipes.Upstreams;

/// <summary>The address of a page that lists an upstream's archives: a web server's directory, or a page of releases.</summary>
public readonly record struct ListingAddress
{
    private readonly string? _text;

    private ListingAddress(string text) => _text = text;

    /// <summary>The address as it is written, an http or https URL without a user name.</summary>
    public string Text => _text ?? "";

    /// <summary>The host and perhaps the port.</summary>
    public string Authority => Text.Split('/')[2];

    /// <summary>Reads an address.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The address.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out ListingAddress value, [NotNullWhen(false)] out string? error)
    {
        value = new(text ?? "");
        error =
            !HttpUrl.TryValidateAbsolute(value.Text, out string? fault) ? fault
            : value.Authority.Contains('@', StringComparison.Ordinal)
                ? "it holds a user name, and everybody reads recipes; remove it"
            : null;
        return error is null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
