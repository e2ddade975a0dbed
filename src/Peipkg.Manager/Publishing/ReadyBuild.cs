using Peipkg.Format.Identity;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Publishing;

/// <summary>A build whose packages are in <c>publish/</c>.</summary>
/// <param name="Build">The build.</param>
/// <param name="Attempt">The attempt that made them.</param>
/// <param name="Outputs">All of them.</param>
/// <param name="Missing">Those that the repository does not name yet.</param>
internal sealed record ReadyBuild(
    BuildRecord Build,
    long Attempt,
    IReadOnlyList<BuildOutput> Outputs,
    IReadOnlyList<BuildOutput> Missing
)
{
    /// <summary>Compares what an attempt made with what is published.</summary>
    /// <exception cref="PublishException">An output has no package's name.</exception>
    public static ReadyBuild From(
        BuildRecord build,
        long attempt,
        IReadOnlyList<BuildOutput> outputs,
        PublishedPackages published
    ) => new(build, attempt, outputs, [.. outputs.Where(output => Find(published, output) is null)]);

    /// <summary>Whether a recipe makes just these packages of a version; it may have changed since they were built.</summary>
    public static bool IsAsOrdered(RosterEntry recipe, string version, IReadOnlyList<BuildOutput> outputs) =>
        recipe
            .Outputs.Select(o => PackageFileName.Compose(o.Name, PackageVersion.Parse(version), o.Architecture))
            .Order(StringComparer.Ordinal)
            .SequenceEqual(outputs.Select(o => o.FileName).Order(StringComparer.Ordinal));

    /// <summary>The published package that an output is, or would be if its bytes were the same.</summary>
    public static PublishedVersion? Find(PublishedPackages published, BuildOutput output)
    {
        (PackageName name, PackageVersion version, Architecture architecture) = Identity(output);
        return published.Find(name, version, architecture);
    }

    /// <summary>What an output's file name says.</summary>
    /// <exception cref="PublishException">It is no package's name.</exception>
    public static (PackageName Name, PackageVersion Version, Architecture Architecture) Identity(BuildOutput output) =>
        PackageFileName.TryParse(
            output.FileName,
            out PackageName name,
            out PackageVersion version,
            out Architecture architecture,
            out string? error
        )
            ? (name, version, architecture)
            : throw new PublishException($"{output.FileName}: {error}");
}
