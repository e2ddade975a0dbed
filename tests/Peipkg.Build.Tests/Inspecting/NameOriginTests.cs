using Peipkg.Build.Tests.Deriving;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Inspecting;

/// <summary><c>inspect --why</c>: which files a name comes from.</summary>
public sealed class NameOriginTests : IDisposable
{
    private const string Lib = "usr/lib/x86_64-linux-peios";

    private readonly Workbench _bench = new();

    public NameOriginTests()
    {
        Place(
            "source/libver.so.1",
            new ElfSample { Soname = "libver.so.1", Definitions = [("libver.so.1", 1), ("VER_1", 0)] }
        );
        Place(
            "source/tool",
            new ElfSample { Needed = ["libver.so.1", "libc.so.6"], Needs = [("libver.so.1", [("VER_1", 0)])] }
        );
        _bench.Write("source/ver.pc", "Version: 2.0\nRequires: zlib >= 1, ver\n");
        _bench.Script(
            $"""
            mkdir -p "$DESTDIR/usr/bin" "$DESTDIR/{Lib}/pkgconfig"
            cp "$SOURCE_DIR/tool" "$DESTDIR/usr/bin/"
            cp "$SOURCE_DIR/libver.so.1" "$DESTDIR/{Lib}/"
            cp "$SOURCE_DIR/ver.pc" "$DESTDIR/{Lib}/pkgconfig/"
            ln -s ver.pc "$DESTDIR/{Lib}/pkgconfig/alias.pc"
            : > "$DESTDIR/{Lib}/pkgconfig/empty.pc"
            """
        );
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(
        "libver.so.1",
        "provides libver.so.1:\n  usr/lib/x86_64-linux-peios/libver.so.1: DT_SONAME\n"
            + "needs libver.so.1 (which it provides itself):\n  usr/bin/tool: DT_NEEDED\n"
    )]
    [InlineData("libc.so.6", "needs libc.so.6:\n  usr/bin/tool: DT_NEEDED\n")]
    [InlineData(
        "pkgconfig(zlib)",
        "needs pkgconfig(zlib) >= 1:\n  usr/lib/x86_64-linux-peios/pkgconfig/alias.pc: Requires: zlib >= 1\n"
            + "  usr/lib/x86_64-linux-peios/pkgconfig/ver.pc: Requires: zlib >= 1\n"
    )]
    [InlineData(
        "pkgconfig(alias)",
        "provides pkgconfig(alias) 2.0:\n  usr/lib/x86_64-linux-peios/pkgconfig/alias.pc: Version: 2.0\n"
    )]
    [InlineData(
        "pkgconfig(empty)",
        "provides pkgconfig(empty):\n  usr/lib/x86_64-linux-peios/pkgconfig/empty.pc: the module's file\n"
    )]
    [InlineData(
        "elfver(libver.so.1:VER_1)",
        "provides elfver(libver.so.1:VER_1) (the manifest does not say so):\n"
            + "  usr/lib/x86_64-linux-peios/libver.so.1: version definition VER_1\n"
            + "needs elfver(libver.so.1:VER_1) (the manifest does not say so):\n"
            + "  usr/bin/tool: version need VER_1 of libver.so.1\n"
    )]
    [InlineData("tool-api", "provides tool-api 3: declared; none of the package's files says so\n")]
    [InlineData("sh", "needs sh: declared; none of the package's files says so\n")]
    public void The_files_that_a_name_comes_from_are_named(string name, string expected)
    {
        Build("true");
        Assert.Equal(expected, Why(name).Succeeds().Output);
    }

    [Fact]
    public void A_name_that_nothing_has_is_refused_with_the_nearest_one()
    {
        Build("true");
        Why("libver.so.2").FailsWith(1, "neither provides nor needs \"libver.so.2\" (did you mean \"libver.so.1\"?)");
        Why("elfver(libver.so.1:VER_2)").Fails("neither provides nor needs");
    }

    [Fact]
    public void Programs_get_the_same_as_json()
    {
        Build("[\"soname\"]");
        Assert.Equal(
            """
            {
              "name": "libver.so.1",
              "provides": {
                "listed": true,
                "version": null,
                "files": [
                  {
                    "path": "usr/lib/x86_64-linux-peios/libver.so.1",
                    "evidence": "DT_SONAME"
                  }
                ]
              },
              "needs": {
                "listed": false,
                "version": null,
                "files": [
                  {
                    "path": "usr/bin/tool",
                    "evidence": "DT_NEEDED"
                  }
                ]
              }
            }

            """.ReplaceLineEndings("\n"),
            Why("libver.so.1", "--json").Succeeds().Output
        );
    }

    [Fact]
    public void It_is_a_view_of_its_own()
    {
        Build("true");
        Why("libver.so.1", "--files").FailsWith(2, "--files, --why are different views; give one");
    }

    private RunResult Why(string name, params string[] more) =>
        _bench.Run(["inspect", _bench["out/tool_1.2-3_x86_64.peipkg"], "--why", name, .. more]);

    private void Build(string derive)
    {
        _bench.Recipe(
            $$"""
            [meta]
            license = "MIT"
            build_script = "build.sh"

            [[package]]
            name = "tool"
            architecture = "x86_64"
            side_effects = ["ldconfig"]
            dependencies = [{ name = "sh" }]
            provides = [{ name = "tool-api", version = "3" }]
            derive = {{derive}}
            files = ["usr/**"]
            """
        );
        _bench.Build().Succeeds();
    }

    private void Place(string path, ElfSample file)
    {
        _bench.Write(path, "");
        File.WriteAllBytes(_bench[path], file.Build());
    }
}
