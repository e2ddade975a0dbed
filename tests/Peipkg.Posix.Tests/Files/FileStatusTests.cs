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
    public void A_path_too_long_as_a_whole_tells_nothing()
    {
        string path = string.Concat(Enumerable.Repeat("/" + new string('x', 200), 30));
        Assert.Throws<PosixIOException>(() => FileStatus.Of(path));
    }
}
