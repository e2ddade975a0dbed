using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;

namespace Peipkg.Posix.Tests.Files;

/// <summary>A temporary directory with what only hostile or careless programs make.</summary>
internal sealed class Thicket : IDisposable
{
    // In memory: what counts here is how many directories there are, not how fast a disk makes them.
    private static readonly string Parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    internal string Root { get; } =
        Directory.CreateDirectory(Path.Combine(Parent, $"peipkg-tree-{Guid.NewGuid():N}")).FullName;

    internal string this[string name] => Path.Combine(Root, name);

    /// <summary>A name that is no UTF-8, as an old locale writes it.</summary>
    internal static byte[] Latin { get; } = [(byte)'d', 0xe9];

    public void Dispose()
    {
        Shell("rm -rf -- \"$PWD\"");
    }

    /// <summary>Runs a shell in it. The runtime's own processes would be reaped by those that other tests start.</summary>
    internal string Shell(string script)
    {
        using BoundedOutputStream output = new(1 << 20);
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                FileName = "/bin/sh",
                Arguments = ["-c", script],
                Environment = [new("PATH", "/usr/bin:/bin"), new("LC_ALL", "C")],
                WorkingDirectory = Root,
                StandardOutput = output,
                KillAdopted = false,
            },
            CancellationToken.None
        );
        Assert.Equal(0, exit.Code);
        return output.Text();
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
