using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Staging;

/// <summary>
/// Opens files of a staged tree. A payload path may be as long as the kernel lets any path be, so below a root some can
/// only be reached in several steps.
/// </summary>
internal static class StagedFile
{
    private const int LongestPath = 4095;
    private const int LongestStep = 3000;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    internal static Stream Open(string root, string path)
    {
        if (Encoding.UTF8.GetByteCount(root) + 1 + Encoding.UTF8.GetByteCount(path) <= LongestPath)
        {
            return new FileStream(
                Path.Combine(root, path),
                new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.Read,
                    Share = FileShare.ReadWrite,
                    BufferSize = 0,
                    Options = FileOptions.SequentialScan,
                }
            );
        }

        SafeFileHandle directory = Directory(null, root);
        try
        {
            string step = "";
            string[] components = path.Split('/');
            foreach (string component in components.SkipLast(1))
            {
                step = step.Length == 0 ? component : $"{step}/{component}";
                if (Encoding.UTF8.GetByteCount(step) > LongestStep)
                {
                    SafeFileHandle next = Directory(directory, step);
                    directory.Dispose();
                    directory = next;
                    step = "";
                }
            }

            string rest = step.Length == 0 ? components[^1] : $"{step}/{components[^1]}";
            SafeFileHandle file =
                PosixTree.OpenFile(directory, Encoding.UTF8.GetBytes(rest), out _)
                ?? throw PosixTree.Failure("open", path);
            return new FileStream(file, FileAccess.Read, bufferSize: 0);
        }
        finally
        {
            directory.Dispose();
        }
    }

    private static SafeFileHandle Directory(SafeFileHandle? parent, string path) =>
        PosixTree.OpenDirectory(parent, Encoding.UTF8.GetBytes(path), out _) ?? throw PosixTree.Failure("open", path);
}
