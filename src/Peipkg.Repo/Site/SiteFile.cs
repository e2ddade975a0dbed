using System.Buffers;
using Peipkg.Format;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Site;

/// <summary>A file of the package browser.</summary>
/// <param name="Path">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Write">Makes its bytes, which depend on the generation alone; several files are made at once.</param>
internal sealed record SiteFile(string Path, Action<IBufferWriter<byte>> Write)
{
    /// <summary>Whether a regular file has exactly these bytes.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">What should be in it.</param>
    internal static bool Holds(string path, ReadOnlySpan<byte> bytes)
    {
        if (FileStatus.Of(path) is not { IsRegular: true } present || present.Size != bytes.Length)
        {
            return false;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return SameBytes.Are(file.Read, bytes);
    }
}
