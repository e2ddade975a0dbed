using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Checking;

public sealed class RecipeFixTests : IDisposable
{
    private const string Faulty = """
        # What it is.
        [meta]
        license = "CC0-1.0" # nobody's
        homepage = "https://example.org/demo"
        build_script = "build.sh"

        [[package]]
        name = "demo"
        architecture = "noarch"
        description = " Shows something. "   # on the screen
        files = ["/usr/share/demo/é", '/usr//share//demo/**', # what it shows
          "./usr/bin/*", "usr/share/doc/{demo,x}/"]

        """;

    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_has_one_right_answer_is_changed_and_the_rest_stays()
    {
        _bench.Recipe(Faulty);
        string script = _bench.Write(
            "recipe/build.sh",
            "\ufeff#!/bin/sh\r\n# makes it\r\nmkdir -p \"$DESTDIR/usr/share/demo\"\r\necho a\\\rb\r\n"
        );
        File.SetUnixFileMode(script, ReadOnly | UnixFileMode.UserWrite);
        RunResult result = _bench.Run("check", "--fix", _bench["recipe"]).Succeeds();
        Assert.Equal("1 recipe checked: nothing to report\n", result.Output);
        Assert.Equal(
            """
            peipkg-build: note: recipe/peipkg.toml: line 10: " Shows something. " is "Shows something." now
            peipkg-build: note: recipe/peipkg.toml: line 11: "/usr/share/demo/é" is "usr/share/demo/é" now
            peipkg-build: note: recipe/peipkg.toml: line 11: "/usr//share//demo/**" is "usr/share/demo/**" now
            peipkg-build: note: recipe/peipkg.toml: line 12: "./usr/bin/*" is "usr/bin/*" now
            peipkg-build: note: recipe/build.sh: took the byte order mark away
            peipkg-build: note: recipe/build.sh: took the carriage returns at the ends of lines away
            peipkg-build: note: recipe/build.sh: wrote "set -e" into line 2
            peipkg-build: note: recipe/build.sh: made it executable

            """.ReplaceLineEndings("\n"),
            result.Error.Replace(_bench.Root + "/", "", StringComparison.Ordinal)
        );
        Assert.Equal(
            Faulty
                .ReplaceLineEndings("\n")
                .Replace("\" Shows something. \"", "\"Shows something.\"", StringComparison.Ordinal)
                .Replace("\"/usr", "\"usr", StringComparison.Ordinal)
                .Replace("'/usr//share//", "'usr/share/", StringComparison.Ordinal)
                .Replace("./usr", "usr", StringComparison.Ordinal),
            File.ReadAllText(_bench["recipe/peipkg.toml"])
        );
        Assert.Equal(
            "#!/bin/sh\nset -e\n# makes it\nmkdir -p \"$DESTDIR/usr/share/demo\"\necho a\\\rb\n",
            File.ReadAllText(script)
        );
        Assert.Equal(
            ReadOnly | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute,
            File.GetUnixFileMode(script)
        );

        DateTime written = File.GetLastWriteTimeUtc(script);
        Assert.Equal("", _bench.Run("check", "--fix", _bench["recipe"]).Succeeds().Error);
        Assert.Equal(written, File.GetLastWriteTimeUtc(script));
        Assert.Equal(
            ["build.sh", "peipkg.toml"],
            Directory.GetFiles(_bench["recipe"]).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void What_is_not_certain_or_allowed_stays_and_is_reported()
    {
        _bench.Recipe(
            Faulty
                .Replace("\"./usr/bin/*\"", "\"/\", \"\\u002fusr\", \"../usr\"", StringComparison.Ordinal)
                .Replace("something. ", "something.", StringComparison.Ordinal)
        );
        string before = File.ReadAllText(_bench["recipe/peipkg.toml"]);
        _bench.Script("true");
        RunResult result = _bench.Run(
            "check",
            "--fix",
            _bench["recipe"],
            "--allow",
            "script-mode",
            "--allow",
            "description-length"
        );
        Assert.Equal(1, result.Code);
        Assert.Equal(3, result.Output.Split("[glob-syntax]").Length - 1);
        string after = File.ReadAllText(_bench["recipe/peipkg.toml"]);
        Assert.Contains("\"/\", \"\\u002fusr\", \"../usr\"", after, StringComparison.Ordinal);
        Assert.Contains("\" Shows something.\"", after, StringComparison.Ordinal);
        Assert.NotEqual(before, after);
        Assert.Equal("set -eu\ntrue\n", File.ReadAllText(_bench["recipe/build.sh"]));
    }

    [Fact]
    public void Without_the_option_nothing_is_changed_and_links_are_not_followed()
    {
        _bench.Write("elsewhere.sh", "#!/bin/sh\r\n:\r\n");
        File.Delete(_bench["recipe/build.sh"]);
        File.CreateSymbolicLink(_bench["recipe/build.sh"], "../elsewhere.sh");
        _bench.Run("check", _bench["recipe"]);
        RunResult result = _bench.Run("check", "--fix", _bench["recipe"]);
        Assert.Equal("", result.Error);
        Assert.Contains("[script-line-ends]", result.Output, StringComparison.Ordinal);
        Assert.Equal("#!/bin/sh\r\n:\r\n", File.ReadAllText(_bench["elsewhere.sh"]));
        _bench.Run("check", "--fix=always", _bench["recipe"]).FailsWith(2, "--fix");
    }
}
