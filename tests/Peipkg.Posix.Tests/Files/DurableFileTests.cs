using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

/// <summary>Files that appear whole or not at all.</summary>
public sealed class DurableFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-io-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_is_replaced_in_one_step_and_has_the_mode_asked_for()
    {
        string path = Path.Combine(_directory, "a");
        DurableFile.Write(path, "old"u8);
        DurableFile.Write(path, "new"u8, DurableFile.PrivateMode);

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(DurableFile.PrivateMode, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void An_abandoned_file_leaves_nothing_and_the_old_content_stays()
    {
        string path = Path.Combine(_directory, "a");
        DurableFile.Write(path, "old"u8);
        using (DurableFileWriter writer = DurableFile.Create(path))
        {
            writer.Stream.Write("half"u8);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.DoesNotContain(
                Directory.GetFileSystemEntries(_directory),
                left => left != path && !DurableFile.IsTemporaryName(Path.GetFileName(left))
            );
        }

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void Two_directories_are_exchanged()
    {
        string a = Directory.CreateDirectory(Path.Combine(_directory, "a")).FullName;
        string b = Directory.CreateDirectory(Path.Combine(_directory, "b")).FullName;
        File.WriteAllText(Path.Combine(a, "of-a"), "");

        DurableFile.Exchange(a, b);

        Assert.True(File.Exists(Path.Combine(b, "of-a")));
        Assert.Empty(Directory.GetFileSystemEntries(a));
    }

    [Fact]
    public void Renaming_without_replacing_fails_where_the_target_exists()
    {
        string a = Path.Combine(_directory, "a");
        string b = Path.Combine(_directory, "b");
        File.WriteAllText(a, "a");
        File.WriteAllText(b, "b");

        PosixIOException failure = Assert.Throws<PosixIOException>(() => DurableFile.RenameNoReplace(a, b));

        Assert.Equal(Errno.Exists, failure.Error);
        Assert.Contains(b, failure.Message, StringComparison.Ordinal);
        Assert.Equal("b", File.ReadAllText(b));
    }

    [Fact]
    public void A_long_name_still_has_a_temporary_sibling()
    {
        string path = Path.Combine(_directory, new string('x', 255));

        DurableFile.Write(path, "content"u8);

        Assert.Equal("content", File.ReadAllText(path));
    }

    [Fact]
    public void A_missing_directory_is_an_error_that_names_the_path() =>
        Assert.ThrowsAny<IOException>(() => DurableFile.Write(Path.Combine(_directory, "none", "a"), "x"u8));

    [Fact]
    public void A_symlink_to_a_file_is_replaced_and_what_it_led_to_stays()
    {
        string file = Path.Combine(_directory, "file");
        string link = Path.Combine(_directory, "link");
        File.WriteAllText(file, "old");
        File.CreateSymbolicLink(link, "file");

        DurableFile.Write(link, "new"u8);

        Assert.Equal(("old", "new"), (File.ReadAllText(file), File.ReadAllText(link)));
        Assert.Null(new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void A_directory_is_refused_by_name()
    {
        PosixIOException failure = Assert.Throws<PosixIOException>(() => DurableFile.Write(_directory, "x"u8));

        Assert.Contains($"{_directory} is a directory", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fifo_is_written_to_on_commit_and_stays_one(bool throughLink)
    {
        using Thicket thicket = new();
        thicket.Shell("mkfifo pipe; ln -s pipe link");
        string pipe = thicket["pipe"];
        string target = throughLink ? thicket["link"] : pipe;

        Task<string> read = Task.Run(() => File.ReadAllTextAsync(pipe));
        using (DurableFileWriter writer = DurableFile.Create(target))
        {
            Assert.True(writer.IsSpecial);
            writer.Stream.Write("all of it"u8);
            writer.Commit();
        }

        Assert.Equal("all of it", await read);
        Assert.Equal(FileKind.Fifo, FileStatus.Of(pipe)!.Value.Kind);
        Assert.Equal(throughLink, FileStatus.Of(target)!.Value.IsSymlink);
    }

    [Fact]
    public void Devices_are_written_to_and_stay_devices()
    {
        DurableFile.Write("/dev/null", "nothing"u8);
        PosixIOException failure = Assert.Throws<PosixIOException>(() => DurableFile.Write("/dev/full", "x"u8));

        Assert.Contains(
            "cannot write to /dev/full: No space left on device",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(FileKind.CharacterDevice, FileStatus.Of("/dev/null")!.Value.Kind);
        Assert.Equal(FileKind.CharacterDevice, FileStatus.Of("/dev/full")!.Value.Kind);
    }

    [Fact]
    public void A_link_to_an_open_file_is_written_through()
    {
        string path = Path.Combine(_directory, "open");
        using FileStream open = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        open.Write("before "u8);
        open.Flush();
        string link = Path.Combine(_directory, "link");
        File.CreateSymbolicLink(link, $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}");

        DurableFile.Write(link, "after"u8);

        Assert.EndsWith("after", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.True(DurableFile.IsSpecial("/dev/stdout"));
    }
}
