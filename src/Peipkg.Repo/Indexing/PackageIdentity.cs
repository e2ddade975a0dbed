using System.Text.Json;
using Peipkg.Format.Identity;

namespace Peipkg.Repo.Indexing;

/// <summary>What makes a package the same one, whatever its bytes: name, version as spelled, and architecture.</summary>
internal readonly record struct PackageIdentity(PackageName Name, PackageVersion Version, Architecture Architecture)
{
    /// <summary>Writes the members that a report tells a package by.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("name", Name.Text);
        json.WriteString("version", Version.Text);
        json.WriteString("architecture", Architecture.Text);
    }
}
