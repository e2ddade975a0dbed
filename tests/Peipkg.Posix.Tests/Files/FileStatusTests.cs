using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

public sealed class FileStatusTests
{
    [Fact]
    public void Nothing_has_a_name_that_no_file_system_takes()
    {
        Assert.Null(FileStatus.Of("/tmp/" + new string('x', 256)));
        Assert.Null(FileStatus.Of($"/tmp/{new string('é', 128)}/x", followLinks: true));
        Assert.Null(FileStatus.Of("/tmp/" + new string('x', 255)));
    }

    [Fact]
    public void When_a_file_was_written_is_known_to_the_second_and_through_a_symlink()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory();
        try
        {
            string file = Path.Combine(directory.FullName, "file");
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
            File.CreateSymbolicLink(file + ".link", file);
            Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), FileStatus.WrittenAt(file + ".link"));
            Assert.Throws<PosixIOException>(() => FileStatus.WrittenAt(file + ".none"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_path_too_long_as_a_whole_tells_nothing()
    {
        string path = string.Concat(Enumerable.Repeat("/" + new string('x', 200), 30));
        Assert.Throws<PosixIOException>(() => FileStatus.Of(path));
    }
}
