using System.Diagnostics;
using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

/// <summary>A temporary directory with what only hostile or careless programs make.</summary>
internal sealed class Thicket : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("peipkg-tree-").FullName;

    internal string this[string name] => Path.Combine(Root, name);

    /// <summary>A name that is no UTF-8, as an old locale writes it.</summary>
    internal static byte[] Latin { get; } = [(byte)'d', 0xe9];

    public void Dispose()
    {
        using Process remove = Process.Start("rm", ["-rf", Root]);
        remove.WaitForExit();
    }

    /// <summary>Runs a shell in it.</summary>
    internal string Shell(string script)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", script])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process shell = Process.Start(start)!;
        string output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        return output;
    }

    /// <summary>Nests directories.</summary>
    /// <returns>The innermost.</returns>
    internal DirectoryHandle MakeDeep(string top, int depth, byte[]? name = null)
    {
        name ??= "nested"u8.ToArray();
        DirectoryHandle at = DirectoryHandle.Open(Directory.CreateDirectory(this[top]).FullName);
        for (int i = 0; i < depth; i++)
        {
            Assert.Equal(Errno.None, at.MakeDirectory(name, 0x1c0));
            DirectoryHandle next = at.TryOpenDirectory(name, out _)!;
            at.Dispose();
            at = next;
        }

        return at;
    }

    /// <summary>Makes a file of so many bytes.</summary>
    internal static void MakeFile(DirectoryHandle directory, byte[] name, int size)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = directory.TryCreateFile(name, 0x1a4, out _)!;
        RandomAccess.Write(file, new byte[size], 0);
    }

    /// <summary>How many descriptors this process has open on directories of this tree.</summary>
    internal int OpenDirectories() =>
        new DirectoryInfo("/proc/self/fd")
            .EnumerateFileSystemInfos()
            .Count(link => link.LinkTarget?.StartsWith(Root, StringComparison.Ordinal) == true);
}
