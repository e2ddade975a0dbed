using static Peipkg.Build.Tests.Fetching.SourceBench;

namespace Peipkg.Build.Tests.Fetching;

public sealed class PatchApplicationTests : IDisposable
{
    private const string Good = """
        --- demo.orig/a.txt
        +++ demo/a.txt
        @@ -1,3 +1,3 @@
         1
        -2
        +two
         3

        """;

    private readonly SourceBench _bench = new();

    public PatchApplicationTests()
    {
        _bench.Serve(File("demo-1.0/a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), File("demo-1.0/.git/config", "[core\n"));
        _bench.Bench.Write("recipe/patches/01.patch", Good);
        _bench.Recipe("patches = [\"patches/*.patch\"]");
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Patches_are_applied_in_their_order_and_leave_no_times()
    {
        _bench.Bench.Write(
            "recipe/patches/02.patch",
            Good.Replace("-2\n+two", "-two\n+zwei", StringComparison.Ordinal)
        );
        _bench.Lock().Succeeds();
        _bench.Fetch().Succeeds();
        FileInfo patched = new(Path.Combine(_bench.Tree, "a.txt"));
        Assert.StartsWith("1\nzwei\n3\n", System.IO.File.ReadAllText(patched.FullName), StringComparison.Ordinal);
        Assert.Equal(Time.UtcDateTime, patched.LastWriteTimeUtc);
    }

    [Fact]
    public void A_series_lists_them()
    {
        _bench.Bench.Write(
            "recipe/patches/flat.patch",
            Good.Replace("demo.orig/", "", StringComparison.Ordinal).Replace("demo/", "", StringComparison.Ordinal)
        );
        _bench.Bench.Write("recipe/patches/series", "# what we change\nflat.patch -p0  # no directories\n\n");
        _bench.Recipe("patches = \"patches/series\"");
        _bench.Lock().Succeeds();
        _bench.Fetch().Succeeds();
        Assert.Contains(
            "two",
            System.IO.File.ReadAllText(Path.Combine(_bench.Tree, "a.txt")),
            StringComparison.Ordinal
        );
        _bench.Bench.Write("recipe/patches/series", "none.patch\n01.patch -R\n");
        _bench.Lock().Fails("names \"none.patch\", which is no file beside it", "has the line \"01.patch -R\"");
    }

    [Fact]
    public void A_failure_names_patch_file_and_hunk()
    {
        _bench.Bench.Write(
            "recipe/patches/02.patch",
            """
            --- a/a.txt
            +++ b/a.txt
            @@ -3,3 +3,3 @@
             3
            -4
            +four
             5
            @@ -7,3 +7,3 @@
             7
            -eight
            +acht
             9

            """
        );
        _bench.Bench.Write("recipe/patches/03.patch", Good.Replace("a.txt", "b.txt", StringComparison.Ordinal));
        _bench.Lock().Fails("patches/02.patch does not apply:\n  a.txt: hunk #2 does not match the file");
        System.IO.File.Delete(_bench.Bench["recipe/patches/02.patch"]);
        _bench.Lock().Fails("patches/03.patch does not apply:\n  b.txt: No such file or directory");
        _bench.NothingIsLeft();
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/tmp/evil")]
    public void A_patch_changes_nothing_outside(string path)
    {
        _bench.Bench.Write("recipe/patches/01.patch", $"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+evil\n");
        _bench.Lock().Fails("patches/01.patch does not apply");
        _bench.NothingIsLeft();
        Assert.False(System.IO.File.Exists("/tmp/evil"));
    }

    [Fact]
    public void What_is_no_patch_is_refused()
    {
        _bench.Bench.Write("recipe/patches/01.patch", "nothing\n");
        _bench.Lock().Fails("patches/01.patch does not apply");
        _bench.Recipe("patches = [\"none/*\"]");
        _bench.Lock().Fails("\"none/*\" matches no file in the recipe directory");
    }
}
