using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Fetching;

/// <summary>A recipe whose archives a web server has.</summary>
internal sealed class SourceBench : IDisposable
{
    internal static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    internal SourceBench(string more = "") => Recipe(more);

    internal Workbench Bench { get; } = new();

    internal ArchiveServer Server { get; } = new();

    internal string Tree => Bench["fetched"];

    internal string LockFile => Bench["recipe/peipkg.lock"];

    public void Dispose()
    {
        Server.Dispose();
        Bench.Dispose();
    }

    internal void Recipe(string more) =>
        Bench.Recipe(
            Workbench.OneStanza + $"\n[source]\narchive = \"{Server.Url}/demo-{{{{version}}}}.tar.gz\"\n{more}\n"
        );

    internal RunResult Lock(params string[] more) =>
        Bench.Run(["lock", Bench["recipe"], .. more.Length > 0 ? more : ["--version", "1.0"]]);

    internal RunResult Fetch(params string[] more) => Bench.Run(["fetch", Bench["recipe"], "--out", Tree, .. more]);

    /// <summary>Puts an archive of version 1.0 on the server.</summary>
    internal void Serve(params TarEntry[] entries) => Server.File("/demo-1.0.tar.gz", Compressed(Tar(entries)));

    /// <summary>Nothing must be left of what failed.</summary>
    internal void NothingIsLeft()
    {
        Assert.False(Path.Exists(Tree));
        Assert.Equal(
            ["recipe", "source", "tmp"],
            Directory.EnumerateFileSystemEntries(Bench.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    internal static TarEntry File(string name, string content = "x\n") =>
        new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
            ModificationTime = Time,
        };

    internal static TarEntry Link(TarEntryType type, string name, string target) =>
        new PaxTarEntry(type, name) { LinkName = target, ModificationTime = Time };

    internal static byte[] Tar(params TarEntry[] entries)
    {
        using MemoryStream stream = new();
        using (TarWriter writer = new(stream, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    internal static byte[] Compressed(byte[] content)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }
}
