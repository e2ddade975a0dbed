using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Packages;

namespace Peipkg.Repo.Tests.World;

/// <summary>Manifests as text, with members in whatever order and form, and packages of them.</summary>
internal sealed record ForeignManifest(string Name)
{
    internal string Version { get; init; } = "1.0-1";

    internal string Architecture { get; init; } = "noarch";

    internal string Description { get; init; } = "A test";

    /// <summary>Members between license and dependencies.</summary>
    internal string Members { get; init; } = "\"homepage\":\"\"";

    internal string Dependencies { get; init; } = "";

    internal string Provides { get; init; } = "";

    internal string SideEffects { get; init; } = "";

    /// <summary>The path of its only file.</summary>
    internal string Path { get; init; } = $"usr/share/{Name}/data";

    internal string Built { get; init; } = "2025-12-31T00:00:00Z";

    /// <summary>The edition whose forms the archive's headers have.</summary>
    internal Edition Headers { get; init; } = Edition.Pspu5;

    public override string ToString() =>
        $"{{\"schema_version\":1,\"name\":\"{Name}\",\"version\":\"{Version}\",\"architecture\":\"{Architecture}\","
        + $"\"description\":\"{Description}\",\"license\":\"MIT\",{Members},\"dependencies\":[{Dependencies}],"
        + $"\"optional_dependencies\":[],\"conflicts\":[],\"provides\":[{Provides}],\"replaces\":[],"
        + $"\"side_effects\":[{SideEffects}],\"size_installed\":7,\"sd_overrides\":[],"
        + $"\"build\":{{\"timestamp\":\"{Built}\",\"farm_id\":\"elsewhere\",\"source_ref\":\"test://x\"}}}}";

    /// <summary>Writes the package into a directory.</summary>
    /// <returns>Its path.</returns>
    internal string PackInto(string directory)
    {
        string file = System.IO.Path.Combine(directory, $"{Name}_{Version}_{Architecture}.peipkg");
        File.WriteAllBytes(
            file,
            ForeignPackage.Of(ToString(), [PayloadSource.File(Path, Encoding.UTF8.GetBytes("content"))], Headers)
        );
        return file;
    }
}
