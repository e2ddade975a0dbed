namespace Peipkg.Recipes.Sources;

/// <summary>Paths that a recipe gives relative to a directory, and that must stay inside it.</summary>
public static class InnerPath
{
    /// <summary>Whether a path stays inside: it is relative, not empty, and never goes up.</summary>
    /// <param name="path">The path.</param>
    public static bool StaysInside(string path) =>
        path.Length > 0
        && path[0] != '/'
        && !path.Contains('\0', StringComparison.Ordinal)
        && !path.Split('/').Contains("..");

    /// <summary>Whether a path is also written in the only way in which it can be: every name of it is one.</summary>
    /// <param name="path">The path.</param>
    public static bool IsPlain(string path) =>
        StaysInside(path) && path.Split('/').All(static name => name is not ("" or "."));
}
