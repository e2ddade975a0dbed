using System.Formats.Tar;
using Peipkg.Build.Tests.Support;
using static Peipkg.Build.Tests.Fetching.SourceBench;

namespace Peipkg.Build.Tests.Fetching;

public sealed class FetchOperationTests : IDisposable
{
    private readonly SourceBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_is_locked_is_fetched_and_built_without_another_option()
    {
        _bench.Serve(
            File("demo-1.0/README", "hello\n"),
            new PaxTarEntry(TarEntryType.RegularFile, "demo-1.0/configure")
            {
                Mode = (UnixFileMode)0b111_101_101 | UnixFileMode.SetUser,
                ModificationTime = Time.AddHours(-1),
            },
            Link(TarEntryType.SymbolicLink, "demo-1.0/doc/READ", "../README"),
            Link(TarEntryType.HardLink, "demo-1.0/COPY", "demo-1.0/README")
        );
        string told = _bench.Lock().Succeeds().Output;
        Assert.StartsWith("+ 1.0 ", told, StringComparison.Ordinal);
        Assert.Equal(told.Replace('+', ' '), _bench.Lock().Succeeds().Output);
        Assert.Equal(_bench.Tree + "\n", _bench.Fetch().Succeeds().Output);
        Assert.Equal("hello\n", System.IO.File.ReadAllText(Path.Combine(_bench.Tree, "doc/READ")));
        Assert.Equal("hello\n", System.IO.File.ReadAllText(Path.Combine(_bench.Tree, "COPY")));
        FileInfo configure = new(Path.Combine(_bench.Tree, "configure"));
        Assert.Equal((UnixFileMode)0b111_101_101, configure.UnixFileMode);
        Assert.Equal(Time.AddHours(-1).UtcDateTime, configure.LastWriteTimeUtc);

        RunResult built = _bench
            .Bench.Run(
                "build",
                "--recipe",
                _bench.Bench["recipe"],
                "--source",
                _bench.Tree,
                "--out",
                _bench.Bench["out"]
            )
            .Succeeds();
        Assert.Contains(
            $"assumed --version 1.0-1 --source-ref {_bench.Server.Url}/demo-1.0.tar.gz#sha256=",
            built.Error,
            StringComparison.Ordinal
        );
        Assert.Contains(" --timestamp 2026-01-02T03:04:05Z", built.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_archive_than_the_locked_one_is_refused_by_both()
    {
        _bench.Serve(File("demo-1.0/README"));
        _bench.Lock().Succeeds();
        string before = System.IO.File.ReadAllText(_bench.LockFile);
        _bench.Serve(File("demo-1.0/README", "evil\n"));
        _bench.Fetch().Fails("is not the archive that peipkg.lock names for 1.0", "ask the upstream");
        _bench.NothingIsLeft();
        _bench.Lock().Fails("is another one than when it was locked", "remove 1.0 from peipkg.lock");
        Assert.Equal(before, System.IO.File.ReadAllText(_bench.LockFile));
    }

    [Fact]
    public void Several_versions_are_kept_newest_first_and_the_newest_is_fetched()
    {
        foreach (string version in new[] { "1.9", "1.10" })
        {
            _bench.Server.File($"/demo-{version}.tar.gz", Compressed(Tar(File("a/VERSION", version))));
        }

        _bench.Lock("--version", "1.9", "--version", "1.10-4").Succeeds();
        string text = System.IO.File.ReadAllText(_bench.LockFile);
        Assert.True(
            text.IndexOf("\"1.10\"", StringComparison.Ordinal) < text.IndexOf("\"1.9\"", StringComparison.Ordinal)
        );
        Assert.Contains("assumed --version 1.10", _bench.Fetch().Succeeds().Error, StringComparison.Ordinal);
        Assert.Equal("1.10", System.IO.File.ReadAllText(Path.Combine(_bench.Tree, "VERSION")));
        _bench.Fetch().Fails("exists already");
        _bench.Fetch("--version", "2.0").Fails("peipkg.lock does not name the archive of 2.0; run: peipkg-build lock");
        _bench
            .Bench.Run(
                "build",
                "--recipe",
                _bench.Bench["recipe"],
                "--source",
                _bench.Tree,
                "--out",
                _bench.Bench["out"]
            )
            .Fails("peipkg.lock names several");
    }

    [Fact]
    public void A_given_archive_is_taken_only_if_it_is_the_locked_one()
    {
        byte[] archive = Compressed(Tar(File("demo-1.0/README")));
        string file = _bench.Bench["tmp/../recipe/given"];
        System.IO.File.WriteAllBytes(file, archive);
        _bench.Lock("--version", "1.0", "--archive", file).Succeeds();
        _bench.Fetch("--archive", file).Succeeds();
        Assert.Equal(0, _bench.Server.Requests);
        Directory.Delete(_bench.Tree, recursive: true);
        System.IO.File.AppendAllText(file, "more");
        _bench.Fetch("--archive", file).Fails("is not the archive that peipkg.lock names");
        _bench
            .Lock("--version", "1.0", "--version", "1.1", "--archive", file)
            .FailsWith(2, "--archive is the archive of one version");
        _bench.Bench.Run("lock", _bench.Bench["recipe"]).FailsWith(2, "missing option --version");
    }

    [Fact]
    public void The_root_and_a_file_that_is_not_unpacked()
    {
        _bench.Serve(File("a/one"), File("b/c/two"));
        _bench.Recipe("root = \"b/c\"");
        _bench.Lock().Succeeds();
        _bench.Fetch().Succeeds();
        Assert.Equal(["two"], Directory.EnumerateFileSystemEntries(_bench.Tree).Select(Path.GetFileName));
        Directory.Delete(_bench.Tree, recursive: true);

        _bench.Recipe("root = \"d\"");
        _bench.Fetch().Fails("has no directory \"d\", which root in [source] names; it holds a, b");
        _bench.Recipe("");
        _bench.Fetch().Succeeds();
        Assert.Equal(
            ["a", "b"],
            Directory.EnumerateFileSystemEntries(_bench.Tree).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Directory.Delete(_bench.Tree, recursive: true);

        _bench.Recipe("extract = false");
        _bench.Fetch().Succeeds();
        Assert.Equal(["demo-1.0.tar.gz"], Directory.EnumerateFileSystemEntries(_bench.Tree).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    [InlineData("zstd")]
    [InlineData("cat")]
    public void Archives_are_known_by_what_they_hold(string program)
    {
        System.IO.File.WriteAllBytes(_bench.Bench["recipe/plain"], Tar(File("demo-1.0/README")));
        _bench.Bench.Shell(
            $"{program} -c < recipe/plain > recipe/packed 2>/dev/null || cat recipe/plain > recipe/packed"
        );
        _bench.Lock("--version", "1.0", "--archive", _bench.Bench["recipe/packed"]).Succeeds();
        _bench.Fetch("--archive", _bench.Bench["recipe/packed"]).Succeeds();
        Assert.True(System.IO.File.Exists(Path.Combine(_bench.Tree, "README")));
    }
}
