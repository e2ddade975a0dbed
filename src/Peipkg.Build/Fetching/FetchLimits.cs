namespace Peipkg.Build.Fetching;

/// <summary>Everything that bounds what a stranger's archive can cost, far above what sources are.</summary>
internal static class FetchLimits
{
    /// <summary>The largest archive, 16 GiB.</summary>
    internal const long ArchiveBytes = 16L << 30;

    /// <summary>The largest signature.</summary>
    internal const long SignatureBytes = 1 << 20;

    /// <summary>What may be unpacked from an archive of any size, 256 MiB.</summary>
    internal const long SmallTreeBytes = 256 << 20;

    /// <summary>How many times as large as a larger archive its content may be. Sources have about ten, bombs a thousand.</summary>
    internal const long Expansion = 200;

    /// <summary>Files, directories and links of one archive.</summary>
    internal const int Entries = 2_000_000;

    /// <summary>Bytes of a program's messages that are kept.</summary>
    internal const int MessageBytes = 1 << 20;

    /// <summary>How long a download may take as a whole.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    /// <summary>How many bytes may be unpacked from an archive.</summary>
    internal static long TreeBytes(long archive) =>
        Math.Max(SmallTreeBytes, Math.Min(archive, ArchiveBytes) * Expansion);
}
