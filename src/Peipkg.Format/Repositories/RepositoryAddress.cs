using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Format.Repositories;

/// <summary>A repository's base URL (§6.4.1), without slash at its end.</summary>
public sealed class RepositoryAddress
{
    private readonly string _base;

    private RepositoryAddress(string text) => _base = text;

    /// <summary>Whether what is fetched can be watched and delayed on its way, though not forged.</summary>
    public bool IsPlain => _base.StartsWith("http:", StringComparison.Ordinal);

    /// <summary>Reads what an operator typed.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The address, or one that leads nowhere.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out RepositoryAddress value, [NotNullWhen(false)] out string? error)
    {
        value = new RepositoryAddress("");
        string trimmed = (text ?? "").TrimEnd('/');
        if (
            !Uri.TryCreate(trimmed, UriKind.Absolute, out Uri? uri)
            || uri.Scheme is not ("http" or "https")
            || uri.Host.Length == 0
        )
        {
            error =
                $"\"{text}\" is no http or https address of a repository, such as https://packages.example.org/stable";
            return false;
        }

        error =
            uri.UserInfo.Length > 0
                ? "the address holds a user name or a password, which others see in the list of processes"
            : uri.Query.Length > 0 || uri.Fragment.Length > 0
                ? $"\"{text}\" has a query or fragment; give the repository's base alone"
            : null;
        value = new RepositoryAddress(uri.GetLeftPart(UriPartial.Path).TrimEnd('/'));
        return error is null;
    }

    /// <summary>Where a URL of a document leads (§6.4.5).</summary>
    /// <param name="url">A URL of the descriptor or an index.</param>
    /// <param name="document">Where the document that holds it lies.</param>
    /// <exception cref="IOException">It leads nowhere that can be fetched.</exception>
    public Uri Resolve(string url, Uri document)
    {
        ArgumentNullException.ThrowIfNull(url);
        Uri? uri =
            url.StartsWith('/') ? new Uri(_base + url)
            : Uri.TryCreate(url, UriKind.Absolute, out Uri? absolute) ? absolute
            : Uri.TryCreate(document, url, out Uri? relative) ? relative
            : null;
        if (uri is null || uri.Scheme is not ("http" or "https"))
        {
            throw new IOException($"{url} is no address that can be fetched");
        }

        // Object stores read a plain plus as a blank; escaped it is a plus everywhere.
        string path = uri.GetLeftPart(UriPartial.Path);
        return path.Contains('+', StringComparison.Ordinal)
            ? new Uri(path.Replace("+", "%2B", StringComparison.Ordinal) + uri.Query)
            : uri;
    }

    /// <summary>Where a conventional file lies.</summary>
    /// <param name="path">Its path below the base, without slash at the beginning.</param>
    public Uri Conventional(string path) => new($"{_base}/{path}");

    /// <inheritdoc/>
    public override string ToString() => _base;
}
