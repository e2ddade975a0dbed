using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>The three descriptors that every program is started with, or should be.</summary>
public static class StandardDescriptors
{
    /// <summary>Standard input's number.</summary>
    public const int Input = 0;

    /// <summary>Standard output's number.</summary>
    public const int Output = 1;

    /// <summary>Standard error's number.</summary>
    public const int Error = 2;

    /// <summary>
    /// Opens those on <c>/dev/null</c> that the caller has closed. Otherwise the next file that is opened would get such a
    /// number, and what is said would be written into it. To be called before anything else.
    /// </summary>
    public static void OpenClosed()
    {
        for (int descriptor = 0; descriptor <= Error; descriptor++)
        {
            if (
                LibC.FileControl(descriptor, LibC.GetDescriptorFlags, 0) >= 0
                || PosixIOException.LastError != Errno.BadDescriptor
            )
            {
                continue;
            }

            // The lowest free number is this one. Without the device a directory keeps the place: nothing can be written to it.
            int opened = LibC.Open("/dev/null", LibC.ReadWrite);
            opened = opened >= 0 ? opened : LibC.Open("/", LibC.ReadOnly);
            if (opened >= 0 && opened != descriptor)
            {
                _ = LibC.Close(opened);
            }
        }
    }

    internal static string NameOf(int descriptor) =>
        descriptor switch
        {
            Output => "standard output",
            Error => "standard error",
            _ => $"descriptor {descriptor}",
        };
}
