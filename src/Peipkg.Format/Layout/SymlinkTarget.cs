using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Layout;

/// <summary>The rules of symlink targets (PSD-009 §3.4, "Symlinks").</summary>
/// <remarks>
/// A target is relative, not empty, follows the character and length rules of payload paths, and from the link's own
/// directory leads to a place below the root. Whether that place is a permitted destination is the business of
/// <see cref="PayloadLayout"/>.
/// </remarks>
public static class SymlinkTarget
{
    /// <summary>Checks a target against every rule that guards the consumer's file system.</summary>
    /// <param name="linkPath">The link's own path, a valid payload path.</param>
    /// <param name="target">The target as stored.</param>
    /// <param name="error">A sentence that says what is wrong with the target.</param>
    public static bool TryValidate(string linkPath, string target, [NotNullWhen(false)] out string? error)
    {
        error =
            PayloadPath.CharacterFault(target)
            ?? (
                target[0] == '/'
                    ? "it is absolute; write it relative to the link's directory"
                    : PayloadPath.LengthFault(target)
            );
        if (error is null && Resolve(linkPath, target) is null)
        {
            error = $"from {DisplayText.Quote(linkPath)} it leads out of the file system's root";
        }

        if (error is not null)
        {
            error = $"{DisplayText.Quote(target)} is not a symlink target: {error}";
        }

        return error is null;
    }

    /// <summary>Normalises <c>dirname(link)/target</c> lexically.</summary>
    /// <param name="linkPath">The link's own path.</param>
    /// <param name="target">A relative target.</param>
    /// <returns>The path it names, empty for the root itself; <see langword="null"/> when it leads above the root.</returns>
    public static string? Resolve(string linkPath, string target)
    {
        // Almost every target climbs first and then names a place.
        ReadOnlySpan<char> directory = ParentOf(linkPath);
        ReadOnlySpan<char> rest = target;
        while (rest.StartsWith("../") && directory.Length > 0)
        {
            directory = ParentOf(directory);
            rest = rest[3..];
        }

        if (IsPlain(rest))
        {
            return directory.IsEmpty ? rest.ToString() : $"{directory}/{rest}";
        }

        var components = new List<string>(linkPath.Split('/')[..^1]);
        foreach (var component in target.Split('/'))
        {
            switch (component)
            {
                case "" or ".":
                    break;
                case ".." when components.Count == 0:
                    return null;
                case "..":
                    components.RemoveAt(components.Count - 1);
                    break;
                default:
                    components.Add(component);
                    break;
            }
        }

        return string.Join('/', components);
    }

    private static ReadOnlySpan<char> ParentOf(ReadOnlySpan<char> path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    /// <summary>Whether a path has components, and none that is empty or begins with a dot.</summary>
    private static bool IsPlain(ReadOnlySpan<char> path) =>
        path.Length > 0
        && path[0] is not ('/' or '.')
        && path[^1] != '/'
        && path.IndexOf("//") < 0
        && path.IndexOf("/.") < 0;
}
