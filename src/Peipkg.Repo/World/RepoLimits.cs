namespace Peipkg.Repo.World;

/// <summary>Bounds of this program that are not the format's (<see cref="Format.Limits"/>), and why they are where they are.</summary>
internal static class RepoLimits
{
    /// <summary>Problems of one document that are listed; whoever has more of them has one cause.</summary>
    internal const int ShownProblems = 100;

    /// <summary>Keys of a descriptor that are fetched over the network: a repository has a handful, each costs a request.</summary>
    internal const int FetchedKeys = 64;

    /// <summary>Bytes of a front page that are looked through for the generation it shows; ours has far fewer.</summary>
    internal const int FrontPageBytes = 16 << 20;

    /// <summary>Other hosts of packages that a message names.</summary>
    internal const int ShownHosts = 5;

    /// <summary>Redirects that are followed for one file.</summary>
    internal const int Redirects = 5;

    /// <summary>
    /// Bytes of an index that the reference client takes: 64 MiB. Readers of ours take <see cref="Format.Limits.IndexBytes"/>.
    /// </summary>
    internal const long ClientIndexBytes = 64L << 20;

    /// <summary>Bytes of an index from which its operator hears of it: three quarters of that leaves time to act.</summary>
    internal const long NotedIndexBytes = 48L << 20;

    /// <summary>A clock that is a little ahead is no reason for words, and a day is more than any time zone's mistake.</summary>
    internal static readonly TimeSpan ClockTolerance = TimeSpan.FromDays(1);
}
