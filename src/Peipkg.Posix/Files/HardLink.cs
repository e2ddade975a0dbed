using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>A second name for a file.</summary>
public static class HardLink
{
    /// <summary>Makes one.</summary>
    /// <param name="existing">The file; a symlink gets a second name itself.</param>
    /// <param name="created">Where nothing is yet.</param>
    /// <returns>False where it must be copied: on another file system, one without hard links, or where the owner forbids it.</returns>
    public static bool TryCreate(string existing, string created) => LibC.Link(existing, created) == 0;
}
