using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

/// <summary>What a script and its recipe may rely on beside the source: names, flags, placeholders and architectures.</summary>
public sealed class ScriptEnvironmentTests : IDisposable
{
    private const string Stanzas = """
        [meta]
        license = "MIT"
        build_script = "build.sh"

        [[package]]
        name = "demo-data"
        architecture = "noarch"
        files = ["usr/share/demo-{{version}}/**"]

        [[package]]
        name = "demo"
        architecture = ["x86_64", "aarch64"]
        description = "Demo {{version}} for {{arch}}"
        files = ["usr/lib/{{triplet}}/demo"]
        dependencies = [{ name = "demo-data", constraint = ">= {{version}}" }]
        provides = [{ name = "demo-api", version = "{{version}}" }]

        """;

    private const string Installs = """
        mkdir -p "$DESTDIR/usr/share/demo-$VERSION" "$DESTDIR$LIBDIR"
        echo "$NAME $VERSION $PACKAGE_VERSION $REVISION $ARCH $TRIPLET $LIBDIR" > "$DESTDIR/usr/share/demo-$VERSION/said"
        test -f "$RECIPE_DIR/peipkg.toml"; test "$JOBS" -ge 1; test -z "$(ls -A "$HOME")"; test "$HOME" != "$PWD"
        cp "$DESTDIR/usr/share/demo-$VERSION/said" "$DESTDIR$LIBDIR/demo"
        """;

    private readonly Workbench _bench = new();

    public ScriptEnvironmentTests()
    {
        _bench.Recipe(Stanzas);
        _bench.Script(Installs);
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("x86_64")]
    [InlineData("aarch64")]
    public void One_recipe_serves_several_architectures(string architecture)
    {
        _bench.Build("--arch", architecture, "--version", "2:1.2~rc1-3").Succeeds();
        Assert.Equal(
            ["demo-data_2:1.2~rc1-3_noarch.peipkg", $"demo_2:1.2~rc1-3_{architecture}.peipkg"],
            _bench.Outputs.Select(Uri.UnescapeDataString)
        );
        Format.Manifests.Manifest manifest = _bench
            .Package(_bench.Outputs.Single(name => name.StartsWith("demo_", StringComparison.Ordinal)))
            .Manifest;
        Assert.Equal($"Demo 1.2~rc1 for {architecture}", manifest.Description);
        Assert.Equal(">= 1.2~rc1", manifest.Dependencies.Single().Constraint!.Value.Text);
        Assert.Equal("1.2~rc1", manifest.Provides.Single().Version!.Value.Text);
    }

    [Fact]
    public void What_the_script_is_told_is_what_the_packages_say()
    {
        _bench.Script(Installs + "\ncp \"$DESTDIR$LIBDIR/demo\" \"$SOURCE_DIR/said\"");
        _bench.Build("--arch", "aarch64").Succeeds();
        Assert.Equal(
            "demo-data 1.2 1.2-3 3 aarch64 aarch64-linux-peios /usr/lib/aarch64-linux-peios\n",
            File.ReadAllText(_bench["source/said"])
        );
    }

    [Theory]
    [InlineData(
        "files = [\"usr/lib/{{triplet}}/demo\"]",
        "files = [\"usr/lib/{{tripel}}/demo\"]",
        "(did you mean \"triplet\"?)"
    )]
    [InlineData("demo-{{version}}/**", "{{triplet}}/**", "{{triplet}} stands for nothing in a noarch package")]
    [InlineData("[\"x86_64\", \"aarch64\"]", "[]", "the list is empty")]
    [InlineData("[\"x86_64\", \"aarch64\"]", "[\"aarch64\"]", "the package is not made for x86_64, only for aarch64")]
    [InlineData("[\"x86_64\", \"aarch64\"]", "[\"noarch\", \"x86_64\"]", "cannot stand in a list")]
    [InlineData("[\"x86_64\", \"aarch64\"]", "[\"x86_64\", \"x86_64\"]", "occurs twice")]
    [InlineData("[\"x86_64\", \"aarch64\"]", "[1]", "must be a string")]
    public void Mistakes_are_refused_before_the_script_runs(string from, string to, string message)
    {
        _bench.Recipe(Stanzas.Replace(from, to, StringComparison.Ordinal));
        _bench.Build("--arch", "x86_64").Fails(message);
        Assert.Equal("", _bench.ScriptOutput);
    }

    [Fact]
    public void An_architecture_that_no_package_is_for_is_refused()
    {
        _bench.Recipe(Workbench.OneStanza.Replace("noarch", "aarch64", StringComparison.Ordinal));
        _bench.Build("--arch", "x86_64").Fails("--arch x86_64: the recipe makes packages for aarch64 only");
        _bench.Build("--arch", "PDP-11").FailsWith(2, "--arch");
    }

    [Fact]
    public void Errexit_stops_at_the_first_error_and_needs_no_set_e()
    {
        File.WriteAllText(_bench["recipe/build.sh"], "false\nmkdir -p \"$DESTDIR/usr\"\necho on\n");
        _bench.Recipe(Workbench.OneStanza + "\n[build]\nerrexit = true\n");
        Assert.DoesNotContain("script-errexit", _bench.Run("check", _bench["recipe"]).Output, StringComparison.Ordinal);
        _bench.Build().Fails("exited with status 1");
        Assert.DoesNotContain("on\n", _bench.ScriptOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("errexit = 1", "errexit in [build] must be a boolean")]
    [InlineData("flags = \"fast\"", "the only value is \"default\"")]
    [InlineData("flag = \"default\"", "did you mean \"flags\"?")]
    public void The_section_is_read_strictly(string line, string message)
    {
        _bench.Recipe(Workbench.OneStanza + $"\n[build]\n{line}\n");
        _bench.Build().Fails(message);
    }

    [Fact]
    public void Flags_are_there_only_if_the_recipe_asks_and_the_caller_may_replace_them()
    {
        const string Script = """
            env | grep FLAGS > "$SOURCE_DIR/flags" || :
            mkdir -p "$DESTDIR/usr/share/demo"; touch "$DESTDIR/usr/share/demo/x"
            """;
        _bench.Script(Script);
        _bench.Recipe(Workbench.OneStanza);
        _bench.Build().Succeeds();
        Assert.Equal("", File.ReadAllText(_bench["source/flags"]));
        _bench.Recipe(Workbench.OneStanza + "\n[build]\nflags = \"default\"\n");
        _bench.Build("--build-env", "CFLAGS=-O3").Succeeds();
        string[] flags = File.ReadAllLines(_bench["source/flags"]);
        Assert.Equal(
            ["CFLAGS", "CXXFLAGS", "GOFLAGS", "LDFLAGS", "RUSTFLAGS"],
            flags.Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal)
        );
        Assert.Contains("CFLAGS=-O3", flags);
        Assert.Contains(
            flags,
            line =>
                line.Contains($"-ffile-prefix-map={_bench["source"]}=/usr/src/debug/demo-1.2", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Compiled_code_does_not_hold_the_directories_of_the_build()
    {
        if (!File.Exists("/usr/bin/gcc"))
        {
            return;
        }

        _bench.Write("source/main.c", "#include <stdio.h>\nint main(void) { return puts(__FILE__) < 0; }\n");
        _bench.Script(
            """
            gcc $CFLAGS -g $LDFLAGS -o program "$SOURCE_DIR/main.c"
            mkdir -p "$DESTDIR/usr/bin"; cp program "$DESTDIR/usr/bin/demo"
            """
        );
        _bench.Recipe(
            Workbench.OneStanza.Replace("\"noarch\"", "[\"x86_64\", \"aarch64\"]", StringComparison.Ordinal)
                + "\n[build]\nflags = \"default\"\n"
        );
        RunResult result = _bench.Build().Succeeds();
        Assert.DoesNotContain("build-path", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("stage-path", result.Error, StringComparison.Ordinal);
    }
}
