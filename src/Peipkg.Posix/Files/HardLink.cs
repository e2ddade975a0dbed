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

    /// <summary>Makes one, or a copy where that cannot be: on another file system, with too many links, of a foreign owner.</summary>
    /// <param name="existing">The file.</param>
    /// <param name="created">Where nothing is yet.</param>
    /// <exception cref="IOException">It cannot be copied either.</exception>
    public static void CreateOrCopy(string existing, string created)
    {
        if (!TryCreate(existing, created))
        {
            File.Copy(existing, created);
        }
    }
}
