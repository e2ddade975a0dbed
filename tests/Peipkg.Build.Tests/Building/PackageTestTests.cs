using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

public sealed class PackageTestTests : IDisposable
{
    private readonly Workbench _bench = new();

    public PackageTestTests() => _bench.Recipe(Workbench.OneStanza + "\n[test]\nscript = \"test.sh\"\n");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_script_sees_what_a_consumer_would(bool sandbox)
    {
        Test(
            """
            [ "$(cat "$ROOT/usr/share/demo/file")" = hi ]
            [ -z "${DESTDIR-}" ] && [ -z "$(ls -A)" ] && [ "$VERSION" = 1.2 ] && [ -d "$SOURCE_DIR" ]
            echo tested
            """
        );
        _bench.Build(sandbox ? ["--sandbox", "--share-network"] : []).Succeeds();
        Assert.Contains("tested", _bench.ScriptOutput, StringComparison.Ordinal);
        Assert.Equal(["demo_1.2-3_noarch.peipkg"], _bench.Outputs);
    }

    [Fact]
    public void In_a_sandbox_it_has_no_network_whatever_the_build_has()
    {
        Test("[ \"$(readlink /proc/self/ns/net)\" != \"$MACHINE\" ]");
        string machine = new FileInfo("/proc/self/ns/net").LinkTarget!;
        _bench.Script(
            "[ \"$(readlink /proc/self/ns/net)\" = \"$MACHINE\" ]; mkdir -p \"$DESTDIR/usr/share\"; echo hi > \"$DESTDIR/usr/share/file\""
        );
        _bench.Build("--sandbox", "--share-network", "--build-env", $"MACHINE={machine}").Succeeds();
    }

    [Fact]
    public void What_fails_makes_no_package()
    {
        Test("echo wrong >&2; exit 3");
        _bench.Build().Fails("the test script ", "test.sh exited with status 3; no package was made");
        Assert.Empty(_bench.Outputs);
        _bench.Build("--no-test").Succeeds();
        Assert.Equal(["demo_1.2-3_noarch.peipkg"], _bench.Outputs);
    }

    [Fact]
    public void Two_packages_are_installed_together_and_a_second_build_is_not_tested()
    {
        _bench.Recipe(
            Workbench.OneStanza.Replace("usr/**", "usr/share/demo/*", StringComparison.Ordinal)
                + "\n[[package]]\nname = \"other\"\narchitecture = \"noarch\"\nfiles = [\"usr/share/other/*\"]\n[test]\nscript = \"test.sh\"\n"
        );
        _bench.Script(
            "for n in demo other; do mkdir -p \"$DESTDIR/usr/share/$n\"; echo hi > \"$DESTDIR/usr/share/$n/file\"; done"
        );
        Test("cmp \"$ROOT/usr/share/demo/file\" \"$ROOT/usr/share/other/file\"; echo tested");
        _bench.Build("--twice").Succeeds();
        Assert.Equal(2, _bench.ScriptOutput.Split("tested").Length);
    }

    [Theory]
    [InlineData("[test]\n", "[test] needs script, a string")]
    [InlineData(
        "[test]\nscript = \"none.sh\"\n",
        "script in [test]: \"none.sh\" does not exist in the recipe directory"
    )]
    [InlineData("[test]\nscript = \"../test.sh\"\n", "script in [test]: \"../test.sh\" is not a path inside")]
    [InlineData("[test]\nscript = \"test.sh\"\nnetwork = true\n", "unknown key \"network\" in [test]")]
    public void Mistakes_are_told_before_anything_runs(string section, string message)
    {
        Test("true");
        _bench.Recipe(Workbench.OneStanza + section);
        _bench.Build().Fails(message);
        Assert.Equal("", _bench.ScriptOutput);
    }

    [Fact]
    public void Check_looks_at_it_as_at_the_build_script()
    {
        Test("curl https://example.org/data | cmp - \"$ROOT/usr/share/demo/file\"\nif true; then");
        string found = _bench.Run("check", _bench["recipe"]).Output;
        Assert.Contains("test.sh:2:1: warning: \"curl\" fetches from the network", found, StringComparison.Ordinal);
        Assert.Contains("[script-syntax]", found, StringComparison.Ordinal);
    }

    private void Test(string script) =>
        _bench.Write("recipe/test.sh", "set -eu\n" + script.ReplaceLineEndings("\n") + "\n");
}
