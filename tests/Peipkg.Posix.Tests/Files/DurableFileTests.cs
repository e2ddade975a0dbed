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
            Assert.True(DurableFile.IsTemporaryName(Path.GetFileName(writer.TemporaryPath)));
            Assert.Equal("old", File.ReadAllText(path));
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

        Assert.Equal(17, failure.Error);
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
}
