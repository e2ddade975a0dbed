using System.Buffers;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Site;

/// <summary>A file of the package browser.</summary>
/// <param name="Path">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Write">Makes its bytes, which depend on the generation alone; several files are made at once.</param>
internal sealed record SiteFile(string Path, Action<IBufferWriter<byte>> Write)
{
    private const int PieceSize = 64 << 10;

    /// <summary>Whether a regular file has exactly these bytes.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">What should be in it.</param>
    internal static bool Holds(string path, ReadOnlySpan<byte> bytes)
    {
        if (FileStatus.Of(path) is not { IsRegular: true } present || present.Size != bytes.Length)
        {
            return false;
        }

        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            int compared = 0;
            for (int read; (read = RandomAccess.Read(file, piece, compared)) > 0; compared += read)
            {
                if (read > bytes.Length - compared || !bytes.Slice(compared, read).SequenceEqual(piece.AsSpan(0, read)))
                {
                    return false;
                }
            }

            return compared == bytes.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
