using System.Formats.Tar;
using static Peipkg.Build.Tests.Fetching.SourceBench;

namespace Peipkg.Build.Tests.Fetching;

/// <summary>What no archive and no server may do. <c>lock</c> goes the same way as <c>fetch</c>.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private readonly SourceBench _bench = new();

    public static TheoryData<string> Members => [.. Cases.Keys];

    private static Dictionary<string, (TarEntry[] Entries, string Message)> Cases { get; } =
        new(StringComparer.Ordinal)
        {
            ["absolute"] = ([File("/etc/evil")], "\"/etc/evil\" is an absolute path"),
            ["up"] = ([File("demo/../../evil")], "leads out of the archive"),
            ["link up"] = (
                [Link(TarEntryType.SymbolicLink, "demo/evil", "../../etc")],
                "is a symlink to \"../../etc\", which lies outside the source tree"
            ),
            ["link out of the root"] = (
                [File("demo/a"), Link(TarEntryType.SymbolicLink, "demo/evil", "../other")],
                "which lies outside the source tree"
            ),
            ["absolute link"] = (
                [Link(TarEntryType.SymbolicLink, "demo/evil", "/etc")],
                "is a symlink to \"/etc\", which is no path inside the archive"
            ),
            ["link through a link"] = (
                [
                    Link(TarEntryType.SymbolicLink, "demo/d/up", ".."),
                    Link(TarEntryType.SymbolicLink, "demo/evil", "d/up/../.."),
                ],
                "which leads down and up again"
            ),
            ["write through a link"] = (
                [Link(TarEntryType.SymbolicLink, "demo/d", "e"), File("demo/d/evil")],
                "is a directory and something else as well"
            ),
            ["hard link to elsewhere"] = (
                [Link(TarEntryType.HardLink, "demo/evil", "demo/none")],
                "is a hard link to \"demo/none\", which is no file before it"
            ),
            ["hard link to a link"] = (
                [Link(TarEntryType.SymbolicLink, "demo/a", "b"), Link(TarEntryType.HardLink, "demo/evil", "demo/a")],
                "which is no file before it"
            ),
            ["twice"] = ([File("demo/a"), File("demo/a")], "\"demo/a\" is there twice"),
            ["FIFO"] = (
                [new PaxTarEntry(TarEntryType.Fifo, "demo/evil")],
                "is neither a file nor a directory nor a link"
            ),
        };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Members))]
    public void What_would_lead_out_of_the_tree_is_refused(string name)
    {
        (TarEntry[] entries, string message) = Cases[name];
        _bench.Serve(entries);
        _bench.Lock().Fails("demo-1.0.tar.gz", message);
        Assert.False(System.IO.File.Exists(_bench.LockFile));
        _bench.NothingIsLeft();
    }

    [Fact]
    public void Damaged_archives_are_refused()
    {
        byte[] whole = Compressed(Tar(File("demo/a", string.Concat(Enumerable.Range(0, 9999)))));
        foreach (
            (byte[] content, string message) in new[]
            {
                (whole[..(whole.Length / 2)], "demo-1.0.tar.gz is damaged: "),
                (Tar(File("demo/a", new string('x', 4000)))[..2048], "demo-1.0.tar.gz is damaged: "),
                (Compressed("no tar"u8.ToArray()), "demo-1.0.tar.gz is damaged: "),
                (Compressed(new byte[10240]), "holds no files"),
                ("<!DOCTYPE html>"u8.ToArray(), "is no tar archive, compressed or not"),
                ("PK\x03\x04"u8.ToArray(), "is a zip archive, which is not unpacked here"),
                ([], "is no tar archive"),
            }
        )
        {
            _bench.Server.File("/demo-1.0.tar.gz", content);
            _bench.Lock().Fails(message);
            _bench.NothingIsLeft();
        }
    }

    [Fact]
    public void A_bomb_is_refused_before_it_fills_the_disk()
    {
        _bench.Bench.Shell("head -c 270M /dev/zero | gzip -9 > recipe/bomb");
        _bench.Lock("--version", "1.0", "--archive", _bench.Bench["recipe/bomb"]).Fails("which no source does");
        _bench.NothingIsLeft();
    }

    [Fact]
    public void What_servers_may_answer_wrong()
    {
        byte[] good = Compressed(Tar(File("demo/a")));
        _bench.Server.File("/good", good);
        _bench.Lock().Fails("/demo-1.0.tar.gz cannot be fetched: The requested URL returned error: 404");
        _bench.Server.Redirect("/demo-1.0.tar.gz", "/demo-1.0.tar.gz");
        _bench.Lock().Fails("cannot be fetched: Maximum (5) redirects followed");
        foreach (string elsewhere in new[] { "file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x" })
        {
            _bench.Server.Redirect("/demo-1.0.tar.gz", elsewhere);
            _bench.Lock().Fails("cannot be fetched: Protocol");
        }

        _bench.Server.Answer("/demo-1.0.tar.gz", "200 OK\r\nContent-Length: 9999", good);
        _bench.Lock().Fails("cannot be fetched: ");
        _bench.NothingIsLeft();
        Assert.False(System.IO.File.Exists(_bench.LockFile));
        _bench.Server.Redirect("/demo-1.0.tar.gz", "/good");
        _bench.Lock().Succeeds();
    }

    [Fact]
    public void Without_curl_the_message_names_it()
    {
        _bench.Bench.SearchPath = _bench.Bench["recipe"];
        _bench.Lock().Fails("curl is needed for this and is not on the PATH; install curl");
        _bench.NothingIsLeft();
    }
}
