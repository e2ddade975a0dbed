namespace Peipkg.Format.Layout;

/// <summary>What is special about a destination.</summary>
[Flags]
public enum DestinationTraits
{
    /// <summary>Nothing: every package may hold anything below it.</summary>
    None = 0,

    /// <summary>It is closed to packages that are independent of the architecture.</summary>
    ArchitectureOnly = 1,

    /// <summary>A package may create directories there and nothing else.</summary>
    DirectoriesOnly = 2,

    /// <summary>It is one file or symlink, not a directory.</summary>
    SingleFile = 4,

    /// <summary>Directly in it lie only directories, one for each release, and everything else lies below them.</summary>
    ByRelease = 8,

    /// <summary>Shared libraries, static libraries and kernel modules may lie below it.</summary>
    HoldsLibraries = 16,
}

/// <summary>A place below which packages install.</summary>
/// <param name="Path">
/// The directory; a last component <see cref="TripletPlaceholder"/> stands for the architecture's own directory.
/// </param>
/// <param name="Traits">What is special about it.</param>
public sealed record Destination(string Path, DestinationTraits Traits = DestinationTraits.None)
{
    /// <summary>Stands for the architecture's directory under <c>usr/lib/</c>.</summary>
    public const string TripletPlaceholder = "<triplet>";

    /// <summary>How messages name it.</summary>
    internal string Shown =>
        Path
        + (
            Has(DestinationTraits.SingleFile) ? ""
            : Has(DestinationTraits.ByRelease) ? "/<release>/"
            : "/"
        );

    internal bool IsTriplet => Path.EndsWith(TripletPlaceholder, StringComparison.Ordinal);

    internal bool Has(DestinationTraits trait) => (Traits & trait) != 0;

    internal Destination For(string triplet) =>
        IsTriplet ? this with { Path = Path.Replace(TripletPlaceholder, triplet, StringComparison.Ordinal) } : this;

    /// <summary>Whether a path is the destination or lies below it.</summary>
    internal bool Holds(string path) =>
        path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || path[Path.Length] == '/');

    /// <summary>Whether a path lies at the destination or below it, where that begins with the release.</summary>
    internal bool IsAtOrBelow(string path) =>
        Holds(path) && (!Has(DestinationTraits.ByRelease) || path.Length > Path.Length);

    /// <summary>Whether a path lies below the destination.</summary>
    internal bool IsBelow(string path) =>
        Holds(path)
        && !Has(DestinationTraits.SingleFile)
        && path.Length > Path.Length
        && (!Has(DestinationTraits.ByRelease) || path.IndexOf('/', Path.Length + 1) >= 0);
}
