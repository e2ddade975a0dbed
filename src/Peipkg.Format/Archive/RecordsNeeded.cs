namespace Peipkg.Format.Archive;

/// <summary>The pax records that stand before an entry's header.</summary>
[Flags]
internal enum RecordsNeeded
{
    /// <summary>There is no extended header.</summary>
    None = 0,

    /// <summary>A <c>path</c> record holds the name.</summary>
    Path = 1,

    /// <summary>A <c>linkpath</c> record holds the symlink's target.</summary>
    LinkPath = 2,
}
