using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Recipes.Upstreams;

/// <summary>Resolves the URLs of submodules such as <c>../other.git</c>, as git does: against the address of the repository itself.</summary>
internal static class RelativeGitAddress
{
    /// <summary>Whether a submodule's URL is meant relative to its parent.</summary>
    public static bool IsRelative(string reference) =>
        reference.StartsWith("./", StringComparison.Ordinal) || reference.StartsWith("../", StringComparison.Ordinal);

    /// <summary>Resolves it.</summary>
    /// <param name="prefix">Server and user of the parent: <c>https://host</c>, <c>user@host:</c>, or nothing.</param>
    /// <param name="path">The parent's path on it.</param>
    /// <param name="reference">The relative URL.</param>
    /// <param name="resolved">The whole address.</param>
    /// <param name="error">Why there is none.</param>
    public static bool TryResolve(
        string prefix,
        string path,
        string reference,
        [NotNullWhen(true)] out string? resolved,
        [NotNullWhen(false)] out string? error
    )
    {
        List<string> parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        bool leading = true;
        resolved = null;
        foreach (string part in reference.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && leading && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part == "..")
            {
                error = leading
                    ? "it leads out of the server that the parent is on"
                    : "it goes up and down, which nobody needs to";
                return false;
            }
            else if (part != ".")
            {
                leading = false;
                parts.Add(part);
            }
        }

        resolved = prefix + (path.StartsWith('/') ? "/" : "") + string.Join('/', parts);
        error = null;
        return true;
    }
}
