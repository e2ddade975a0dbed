using System.Globalization;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

public sealed class BuildScriptTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void The_environment_is_exactly_the_documented_one()
    {
        _bench.Script(
            """
            tr '\0' '\n' < /proc/$$/environ | sort > "$SOURCE_DIR/env"
            mkdir -p "$DESTDIR/usr/bin"; touch "$DESTDIR/usr/bin/x"
            """
        );
        _bench.Build("--build-env", "CC=gcc -O2", "--build-env=EMPTY=", "--build-env", "PAIR=a=b").Succeeds();
        string[] lines = File.ReadAllLines(_bench["source/env"]);
        Assert.Equal(
            [
                "ARCH",
                "CC",
                "DESTDIR",
                "EMPTY",
                "HOME",
                "JOBS",
                "LC_ALL",
                "LIBDIR",
                "NAME",
                "PACKAGE_VERSION",
                "PAIR",
                "PATH",
                "RECIPE_DIR",
                "REVISION",
                "SOURCE_DATE_EPOCH",
                "SOURCE_DIR",
                "TRIPLET",
                "TZ",
                "VERSION",
            ],
            lines.Select(line => line.Split('=')[0])
        );
        Assert.Contains("CC=gcc -O2", lines);
        Assert.Contains("EMPTY=", lines);
        Assert.Contains("PAIR=a=b", lines);
        Assert.Contains("LC_ALL=C", lines);
        Assert.Contains("TZ=UTC", lines);
        Assert.Contains("SOURCE_DATE_EPOCH=1777636800", lines);
        Assert.Contains("PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", lines);
        Assert.Contains($"SOURCE_DIR={_bench["source"]}", lines);
    }

    [Fact]
    public void The_script_starts_in_an_empty_directory_with_an_empty_destination_and_no_input()
    {
        _bench.Script(
            """
            test -z "$(ls -A)"; test -z "$(ls -A "$DESTDIR")"; test "$PWD" != "$DESTDIR"; test -z "$(cat)"
            case $DESTDIR in /*) ;; *) exit 9;; esac
            mkdir -p "$DESTDIR/usr/bin"; touch "$DESTDIR/usr/bin/x"; touch not-packed
            """
        );
        _bench.Build().Succeeds();
        Assert.Equal(["usr/bin/x"], _bench.Package("demo_1.2-3_noarch.peipkg").Files.Select(file => file.Path));
    }

    [Fact]
    public void The_script_runs_under_sh_whatever_its_mode_and_first_line()
    {
        File.WriteAllText(
            _bench["recipe/build.sh"],
            "#!/nonexistent/interpreter\nmkdir -p \"$DESTDIR/usr/bin\"; echo \"$0\" > \"$DESTDIR/usr/bin/x\"\n"
        );
        File.SetUnixFileMode(_bench["recipe/build.sh"], UnixFileMode.UserRead);
        _bench.Build().Succeeds();
    }

    [Fact]
    public void The_output_of_a_failing_script_appears_once()
    {
        _bench.Script(
            "for i in $(seq 100); do echo \"line $i\"; done; echo 'a.c:1:1: error: near the end' >&2; exit 7"
        );
        Assert.Equal(
            $"peipkg-build: error: the build script {_bench["recipe/build.sh"]} exited with status 7; no package was made\n",
            _bench.Build().Fails().Error
        );
        Assert.Contains("line 100\na.c:1:1: error: near the end\n", _bench.ScriptOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src/a.c:3:5: error: 'x' undeclared")]
    [InlineData("a.c:3:5: fatal error: zlib.h: No such file or directory")]
    [InlineData("/usr/bin/ld: main.o: undefined reference to `f'")]
    [InlineData("/usr/bin/ld: cannot find -lz: No such file or directory")]
    [InlineData("error[E0425]: cannot find value `x` in this scope")]
    [InlineData("error: could not compile `x` (bin \"x\") due to 1 previous error")]
    [InlineData("./main.go:3:2: undefined: x")]
    [InlineData("make[1]: *** [Makefile:3: all] Error 1")]
    [InlineData("ninja: error: loading 'build.ninja': No such file or directory")]
    [InlineData("FAILED: a.o")]
    [InlineData("CMake Error at CMakeLists.txt:1 (find_package):")]
    [InlineData("configure: error: no acceptable C compiler found in $PATH")]
    public void The_first_error_is_quoted_when_it_has_scrolled_away(string line)
    {
        _bench.Write("source/line", line + "\n");
        _bench.Script(
            """
            echo 'make: *** [Makefile:1: clean] Error 1 (ignored)'; echo 'cc -Werror -c error.c'
            printf '50%%\r\033[31m'; cat "$SOURCE_DIR/line"; printf '\033[0m'; echo 'b.c:9:9: error: a later one'
            for i in $(seq 59); do echo "line $i"; done; exit 1
            """
        );
        string error = _bench
            .Build()
            .Fails($"The first error in its output, 60 lines before the end:\n  | {line}\n")
            .Error;
        Assert.DoesNotContain("a later one", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_a_signal_ends_says_so()
    {
        _bench.Script("kill -SEGV $$");
        _bench.Build().Fails("build.sh was killed by SIGSEGV; no package was made");
    }

    [Fact]
    public void The_stage_is_kept_on_request()
    {
        _bench.Script("mkdir -p \"$DESTDIR/usr/bin\"; echo x > \"$DESTDIR/usr/bin/x\"; echo y > y; exit 1");
        Directory.CreateDirectory(_bench["kept"]);
        string error = _bench
            .BuildIn(_bench["kept"], "--keep-stage")
            .Fails("note: the staging directory is kept: $DESTDIR is ")
            .Error;
        string stage = Directory.GetDirectories(_bench["kept"]).Single();
        Assert.Contains(stage, error, StringComparison.Ordinal);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(stage, "dest/usr/bin/x")));
        Assert.Equal("y\n", File.ReadAllText(Path.Combine(stage, "work/y")));
    }

    [Fact]
    public void Its_output_passes_through()
    {
        _bench.Script(
            "echo to-stdout; echo to-stderr >&2; mkdir -p \"$DESTDIR/usr/bin\"; touch \"$DESTDIR/usr/bin/x\""
        );
        _bench.Build().Succeeds();
        Assert.Equal("to-stdout\nto-stderr\n", _bench.ScriptOutput);
    }

    [Theory]
    [InlineData("exit 7", "exited with status 7")]
    [InlineData("false", "exited with status 1")]
    [InlineData("kill -SEGV $$", "was killed by SIGSEGV")]
    [InlineData("if then", "exited with status 2")]
    public void A_failing_script_fails_the_build(string script, string how)
    {
        _bench.Script("mkdir -p \"$DESTDIR/usr/bin\"; touch \"$DESTDIR/usr/bin/x\"\n" + script);
        _bench.Build().Fails($"the build script {_bench["recipe/build.sh"]} {how}; no package was made");
        Assert.False(Directory.Exists(_bench["out"]));
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void What_runs_on_in_the_background_is_killed_before_the_tree_is_read()
    {
        _bench.Script(
            """
            mkdir -p "$DESTDIR/usr/bin"; touch "$DESTDIR/usr/bin/x"
            setsid sh -c 'while :; do date >> "$DESTDIR/usr/bin/x"; touch "$DESTDIR/stray"; sleep 0.01; done' > /dev/null 2>&1 &
            sleep 0.2; echo $! > "$SOURCE_DIR/pid"; rm -f "$DESTDIR/stray"
            """
        );
        RunResult result = _bench.Build();
        Assert.Contains("running, which were killed", result.Error, StringComparison.Ordinal);
        int pid = int.Parse(File.ReadAllText(_bench["source/pid"]), CultureInfo.InvariantCulture);
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }
}
