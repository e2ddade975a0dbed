using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

public sealed class ScriptShellTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_shell_is_where_the_script_would_be(bool sandbox)
    {
        _bench.Input =
            "echo \"$VERSION in $PWD\"; . \"$RECIPE_DIR/build.sh\"; cat \"$DESTDIR/usr/share/demo/file\"; exit 5\n";
        RunResult result = _bench.Build(sandbox ? ["--shell", "--sandbox"] : ["--shell"]).Succeeds();
        Assert.Contains("no package was made", result.Error, StringComparison.Ordinal);
        Assert.Empty(_bench.Outputs);
        Assert.Contains(
            sandbox ? "1.2 in /build/work\nhi\n" : "/work\nhi\n",
            _bench.ScriptOutput,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Where_a_script_fails_the_shell_finds_what_it_left()
    {
        _bench.Script("echo left > here; false");
        _bench.Input = "cat here\n";
        _bench
            .Build("--shell=on-failure")
            .Fails("build.sh exited with status 1", "the build script failed, as said above; no package was made");
        Assert.Equal("left\n", _bench.ScriptOutput);

        _bench.Recipe(Workbench.OneStanza + "[test]\nscript = \"test.sh\"\n");
        _bench.Script("mkdir -p \"$DESTDIR/usr/share\"; echo hi > \"$DESTDIR/usr/share/file\"");
        _bench.Write("recipe/test.sh", "exit 4\n");
        _bench.Input = "cat \"$ROOT/usr/share/file\"\n";
        _bench.Build("--shell=on-failure").Fails("test.sh exited with status 4", "the test script failed");
        Assert.Equal("hi\n", _bench.ScriptOutput);
        Assert.Empty(_bench.Outputs);
    }

    [Fact]
    public void Without_a_failure_there_is_no_shell()
    {
        _bench.Input = "echo never\n";
        _bench.Build("--shell=on-failure").Succeeds();
        Assert.Equal("", _bench.ScriptOutput);
        Assert.Equal(["demo_1.2-3_noarch.peipkg"], _bench.Outputs);
    }

    [Fact]
    public void Misuse_is_told()
    {
        _bench.Build("--shell").Fails("--shell needs a terminal, or commands on standard input");
        _bench.Run([.. _bench.BuildArguments(), "--shell=often"]).FailsWith(2, "\"often\" is not one of on-failure");
        _bench.Run([.. _bench.BuildArguments(), "--shell="]).FailsWith(2, "--shell");
        _bench
            .Run([.. _bench.BuildArguments(), "--shell", "on-failure"])
            .FailsWith(2, "unexpected argument \"on-failure\"");
        _bench
            .Run([.. _bench.BuildArguments(), "--shell", "--twice"])
            .FailsWith(2, "--shell runs no script that --twice could run again");
    }
}
