using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

/// <summary>The lock of the repository and of the manager.</summary>
public sealed class FileLockTests : IDisposable
{
    private readonly Thicket _thicket = new();

    public void Dispose() => _thicket.Dispose();

    [Fact]
    public void A_second_taker_learns_who_holds_it_and_the_next_one_who_held_it()
    {
        string path = _thicket["lock"];
        using (FileLock held = FileLock.TryTake(path, create: true, out string? nobody)!)
        {
            Assert.Null(nobody);
            Assert.Equal("", held.Previous);
            held.Sign("pid 1\n");

            Assert.Null(FileLock.TryTake(path, create: true, out string? holder));
            Assert.Equal("pid 1", holder);
        }

        using FileLock next = FileLock.TryTake(path, create: true, out _)!;
        Assert.Equal("pid 1", next.Previous);
        next.Remove();
        Assert.Null(FileLock.TryTake(path, create: false, out _));
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("echo > other; ln -s other lock")]
    [InlineData("mkfifo lock")]
    [InlineData("mkdir lock")]
    public void What_is_no_regular_file_is_no_lock(string script)
    {
        _thicket.Shell(script);

        PosixIOException failure = Assert.Throws<PosixIOException>(() =>
            FileLock.TryTake(_thicket["lock"], create: true, out _)
        );

        Assert.Contains("is not a regular file", failure.Message, StringComparison.Ordinal);
    }
}
