using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Files;

/// <summary>
/// Removes whatever a build script left behind: names that are no UTF-8, directories without permissions, trees deeper
/// than there are file descriptors.
/// </summary>
internal static class TreeRemover
{
    private const int DeepestDescent = 64;
    private const uint AllOfOwner = 0x1c0;

    /// <summary>Removes a directory with all that is in it.</summary>
    /// <param name="path">The directory, no symlink.</param>
    /// <returns>False when something could not be removed.</returns>
    internal static bool Remove(string path)
    {
        string parentPath = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        byte[] name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        using SafeFileHandle? parent = PosixTree.OpenDirectory(null, Encoding.UTF8.GetBytes(parentPath), out _);
        if (parent is null)
        {
            return false;
        }

        PosixTree.ChangeMode(parent, name, AllOfOwner);
        using (SafeFileHandle? root = PosixTree.OpenDirectory(parent, name, out int error))
        {
            if (root is null)
            {
                return error == PosixTree.NoEntry;
            }

            // What is too deep is moved up here and met again in the next round.
            int moved = 0;
            int before;
            do
            {
                before = moved;
                Empty(root, root, 0, ref moved);
            } while (moved > before);
        }

        return PosixTree.Remove(parent, name, directory: true) == 0;
    }

    private static void Empty(SafeFileHandle directory, SafeFileHandle root, int depth, ref int moved)
    {
        foreach (byte[] name in PosixTree.ReadNames(directory, ""))
        {
            if (
                PosixTree.Remove(directory, name, directory: false) == 0
                || PosixTree.Remove(directory, name, directory: true) == 0
            )
            {
                continue;
            }

            PosixTree.ChangeMode(directory, name, AllOfOwner);
            if (depth == DeepestDescent)
            {
                string newName = string.Create(CultureInfo.InvariantCulture, $".peipkg-deep-{moved}");
                moved += PosixTree.TryMove(directory, name, root, Encoding.UTF8.GetBytes(newName)) ? 1 : 0;
                continue;
            }

            using (SafeFileHandle? child = PosixTree.OpenDirectory(directory, name, out _))
            {
                if (child is not null)
                {
                    Empty(child, root, depth + 1, ref moved);
                }
            }

            PosixTree.Remove(directory, name, directory: true);
        }
    }
}
