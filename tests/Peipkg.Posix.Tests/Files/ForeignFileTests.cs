using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

/// <summary>Opening files that others made.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private readonly Thicket _thicket = new();

    public void Dispose() => _thicket.Dispose();

    [Fact]
    public void A_regular_file_is_read_also_through_a_symlink_unless_that_is_refused()
    {
        _thicket.Shell("echo content > file; ln -s file link");

        using (StreamReader reader = new(ForeignFile.OpenStream(_thicket["link"])))
        {
            Assert.Equal("content\n", reader.ReadToEnd());
        }

        Assert.Throws<PosixIOException>(() => ForeignFile.Open(_thicket["link"], followLinks: false));
        Assert.Throws<FileNotFoundException>(() => ForeignFile.Open(_thicket["none"]));
    }

    [Theory]
    [InlineData("mkfifo x", "is a FIFO")]
    [InlineData("mkfifo pipe; ln -s pipe x", "is a FIFO")]
    [InlineData("ln -s /dev/zero x", "is a character device")]
    [InlineData("mkdir x", "is a directory")]
    public void What_is_no_file_is_refused_and_never_waited_for(string script, string reason)
    {
        _thicket.Shell(script);

        PosixIOException failure = Assert.Throws<PosixIOException>(() => ForeignFile.Open(_thicket["x"]));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_a_walked_tree_is_opened_at_any_depth()
    {
        string path = string.Join('/', Enumerable.Repeat("nested", 1500)) + "/file";
        using (DirectoryHandle innermost = _thicket.MakeDeep("top", 1500))
        {
            Thicket.MakeFile(innermost, "file"u8.ToArray(), 7);
            using DirectoryHandle root = DirectoryHandle.Open(_thicket["top"]);
            Assert.True(innermost.TryStatus("file"u8, out FileStatus found));

            using Stream stream = TreeFile.Open(root, path, found);
            Assert.Equal(7, stream.Length);
            Assert.Equal(7, stream.Read(new byte[10]));
            stream.Position = 5;
            Assert.Equal(2, stream.Read(new byte[10]));
        }
    }

    [Theory]
    [InlineData("ln -sf ../../secret top/d/file")]
    [InlineData("rm top/d/file; ln secret top/d/file")]
    [InlineData("rm top/d/file; mkfifo top/d/file")]
    [InlineData("mv top/d away; ln -s ../elsewhere top/d")]
    [InlineData("rm top/d/file")]
    public void A_file_that_was_exchanged_since_the_walk_is_not_opened(string exchange)
    {
        _thicket.Shell(
            "mkdir -p top/d elsewhere; echo mine > top/d/file; echo secret > secret; cp secret elsewhere/file"
        );
        FileStatus found = FileStatus.Of(_thicket["top/d/file"])!.Value;
        using DirectoryHandle root = DirectoryHandle.Open(_thicket["top"]);
        TreeFile.Open(root, "d/file", found).Dispose();
        _thicket.Shell(exchange);

        PosixIOException failure = Assert.Throws<PosixIOException>(() => TreeFile.Open(root, "d/file", found));

        Assert.Equal(Errno.Stale, failure.Error);
    }
}
