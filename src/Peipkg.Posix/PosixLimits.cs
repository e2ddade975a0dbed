namespace Peipkg.Posix;

/// <summary>Every bound of this project, and why it is what it is.</summary>
internal static class PosixLimits
{
    /// <summary>Bytes of a file name (NAME_MAX): the kernel takes no longer one.</summary>
    internal const int NameBytes = 255;

    /// <summary>Bytes of a path given in one call (PATH_MAX less the zero at its end). Trees are deeper than that: they are walked by descriptor.</summary>
    internal const int PathBytes = 4095;

    /// <summary>Bytes of a relative path that is resolved in one step; leaves room for the last name.</summary>
    internal const int StepBytes = 3000;

    /// <summary>Bytes of a symlink's target that are read, one more than the kernel lets it have.</summary>
    internal const int LinkTargetBytes = 4097;

    /// <summary>
    /// Directories that a walk keeps open below its root, however deep it goes; those above are reopened through ".." on
    /// the way back. Few enough for the usual 1,024 descriptors, and deeper than nearly every tree.
    /// </summary>
    internal const int OpenDirectories = 32;

    /// <summary>Bytes of entries that are asked for at once, some 800 names.</summary>
    internal const int DirectoryChunkBytes = 32 << 10;

    /// <summary>Characters of a path in a message; of a longer one the end is shown.</summary>
    internal const int ShownPathCharacters = 1000;

    /// <summary>
    /// Times that a removal begins again while something new appears in the tree: whoever still writes to it has not been
    /// stopped, and that is not this project's to do.
    /// </summary>
    internal const int RemovalPasses = 10;

    /// <summary>Bytes that are copied at once from file to file.</summary>
    internal const int CopyBytes = 128 << 10;

    /// <summary>Characters of a target's name that its temporary sibling repeats, so that the sibling's name fits into <see cref="NameBytes"/>.</summary>
    internal const int SiblingStemCharacters = 120;

    /// <summary>Bytes of a lock file that say who holds it.</summary>
    internal const int LockHolderBytes = 256;

    /// <summary>Bytes that are carried at once from a child's pipe.</summary>
    internal const int PipeBytes = 32 << 10;

    /// <summary>Where what a child is given waits, out of the way of the numbers it is given under.</summary>
    internal const int GivenDescriptors = 64;

    /// <summary>Looks in a row that must find no orphan before there is none: the kernel's list of children is no snapshot.</summary>
    internal const int LooksWithoutOrphans = 3;

    /// <summary>Bytes of a list of children that are read at once: the kernel gives no more.</summary>
    internal const int ChildListBytes = 4 << 10;

    /// <summary>Bytes of a processor mask: 8,192 processors, as many as kernels are built for.</summary>
    internal const int AffinityBytes = 1024;

    /// <summary>Bytes from which memory is made ready in advance: the size of a huge page.</summary>
    internal const int PreparedMemoryBytes = 2 << 20;

    /// <summary>How long the outputs of an ended process are waited for; with everything killed they are at their end, and this is for what nothing can kill.</summary>
    internal static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(2);

    /// <summary>How soon it is looked again whether a child has ended, where another's end is in the way of being told.</summary>
    internal static readonly TimeSpan CrowdedPause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long what a program left running may take to end by itself; what still runs then is meant to stay, and is killed.</summary>
    internal static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(1);

    /// <summary>How long killed processes are waited for: one that the kernel holds in uninterruptible sleep is not worth more.</summary>
    internal static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);
}
