using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Identity;

namespace Peipkg.Repo.Querying;

/// <summary>What a command line asks about: a package by name, or one version of it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">The version as spelled in the index; null for any.</param>
internal readonly record struct PackageQuery(PackageName Name, PackageVersion? Version)
{
    /// <summary>Reads <c>NAME</c> or <c>NAME=VERSION</c>.</summary>
    internal static bool TryParse(string? text, out PackageQuery query, [NotNullWhen(false)] out string? error)
    {
        query = default;
        string[] parts = (text ?? "").Split('=', 2);
        PackageVersion version = default;
        if (
            !PackageName.TryParse(parts[0], out PackageName name, out error)
            || (parts.Length == 2 && !PackageVersion.TryParse(parts[1], out version, out error))
        )
        {
            return false;
        }

        query = new PackageQuery(name, parts.Length == 2 ? version : null);
        error = null;
        return true;
    }
}
