using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// A place that is written to and never replaced: a device, a FIFO, or an open file under a name such as
/// <c>/dev/stdout</c>. A socket is one too; opening it fails.
/// </summary>
internal sealed class SpecialTarget
{
    // As many symlinks as the kernel follows.
    private const int MostLinks = 40;

    private readonly string _path;
    private readonly int? _descriptor;

    private SpecialTarget(string path, int? descriptor)
    {
        _path = path;
        _descriptor = descriptor;
    }

    /// <summary>What is at a path, after all links, if it is such a place.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="PosixIOException">It cannot be looked at.</exception>
    internal static SpecialTarget? At(string path)
    {
        if (FileStatus.Of(path) is not { } status)
        {
            return null;
        }

        if (status.IsSymlink && OpenFileAt(path, out int? descriptor))
        {
            return new SpecialTarget(path, descriptor);
        }

        return (status.IsSymlink ? FileStatus.Of(path, followLinks: true) : status) is { IsSpecial: true }
            ? new SpecialTarget(path, null)
            : null;
    }

    /// <summary>Whether it is this process's standard output.</summary>
    internal bool IsStandardOutput => _descriptor == StandardDescriptors.Output;

    /// <summary>An open descriptor of this process.</summary>
    internal static SpecialTarget OfDescriptor(int descriptor) =>
        new(StandardDescriptors.NameOf(descriptor), descriptor);

    /// <summary>Writes all of a stream there.</summary>
    /// <exception cref="IOException">It cannot be opened for writing, is full, or refuses.</exception>
    internal void Write(Stream content)
    {
        content.Position = 0;
        if (_descriptor is { } own)
        {
            // Not opened anew: that would begin at the start of a file that others are writing to as well.
            using DescriptorStream stream = new(own, mayFail: true);
            content.CopyTo(stream, PosixLimits.CopyBytes);
            return;
        }

        int descriptor = LibC.Open(_path, LibC.WriteOnly | LibC.CloseOnExec);
        if (descriptor < 0)
        {
            throw PosixIOException.Last("open", _path);
        }

        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        using DescriptorStream target = new(descriptor, mayFail: true, _path);
        content.CopyTo(target, PosixLimits.CopyBytes);
    }

    // The links of /proc lead to open files, not to names: what they name must not be replaced.
    private static bool OpenFileAt(string path, out int? descriptor)
    {
        descriptor = null;
        if (FileStatus.Of("/proc") is not { } processes)
        {
            return false;
        }

        string at = path;
        for (int i = 0; i < MostLinks && FileStatus.Of(at) is { IsSymlink: true } link; i++)
        {
            string directory = Path.GetDirectoryName(at) ?? "/";
            if (link.Device == processes.Device)
            {
                bool own = RealPath.Of(directory) == RealPath.Of("/proc/self/fd");
                descriptor =
                    own
                    && int.TryParse(
                        Path.GetFileName(at),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out int number
                    )
                        ? number
                        : null;
                return true;
            }

            at = Path.Combine(directory, new FileInfo(at).LinkTarget ?? "");
        }

        return false;
    }
}
