namespace Peipkg.Repo.Reading;

/// <summary>Turns the URLs of documents into places below a repository's root (§6.4.5).</summary>
internal static class RepositoryPath
{
    /// <summary>The place of what a URL names.</summary>
    /// <param name="url">A URL of the descriptor or an index.</param>
    /// <param name="documentDirectory">Where the document that holds it lies below the root, for plain relative URLs.</param>
    /// <returns>A path with <c>/</c> that stays below the root; null for absolute URLs and those that name no file.</returns>
    internal static string? FromUrl(string url, string documentDirectory)
    {
        if (url.Contains("://", StringComparison.Ordinal) || url.StartsWith("//", StringComparison.Ordinal))
        {
            return null;
        }

        List<string> components = url.StartsWith('/') || documentDirectory.Length == 0 ? [] : [documentDirectory];
        foreach (string component in url.TrimStart('/').Split('/'))
        {
            if (component == ".." && components.Count > 0)
            {
                components.RemoveAt(components.Count - 1);
            }
            else if (component != ".")
            {
                components.Add(component);
            }
        }

        string path = string.Join('/', components);
        return IsSafe(path) ? path : null;
    }

    /// <summary>Whether a relative path stays below the root and names a file.</summary>
    internal static bool IsSafe(string path) =>
        path.Length > 0
        && !path.Split('/').Any(static component => component is "" or "." or "..")
        && !path.Contains('\0', StringComparison.Ordinal);
}
