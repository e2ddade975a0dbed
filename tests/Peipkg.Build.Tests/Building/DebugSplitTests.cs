using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

public sealed class DebugSplitTests : IDisposable
{
    private const string Head = """
        [meta]
        license = "MIT"
        homepage = "https://example.org/demo"
        build_script = "build.sh"

        [build]
        flags = "default"

        """;

    private const string Stanza = """
        [[package]]
        name = "demo"
        architecture = ["x86_64", "aarch64"]
        description = "Shows something."
        side_effects = ["ldconfig", "depmod"]
        derive = true
        debug = true
        split = ["dev"]
        files = ["usr/**"]

        """;

    private const string Program = """
        mkdir -p "$DESTDIR/usr/bin" "$DESTDIR$LIBDIR" "$DESTDIR/usr/lib/modules/6.1"
        cat > demo.c <<'END'
        int answer(int x) { return x + 42; }
        int main(void) { return answer(-42); }
        END
        cc $CFLAGS $LDFLAGS -o "$DESTDIR/usr/bin/demo" demo.c

        """;

    private const string Everything =
        Program
        + """
            ln "$DESTDIR/usr/bin/demo" "$DESTDIR/usr/bin/again"
            cp "$DESTDIR/usr/bin/demo" "$DESTDIR/usr/bin/copy"
            chmod 0555 "$DESTDIR/usr/bin/copy"
            cc $CFLAGS $LDFLAGS -fPIC -shared -Wl,-soname,libdemo.so.1 -o "$DESTDIR$LIBDIR/libdemo.so.1" demo.c
            ln -s libdemo.so.1 "$DESTDIR$LIBDIR/libdemo.so"
            cc $CFLAGS -c demo.c && ar rcD "$DESTDIR$LIBDIR/libdemo.a" demo.o
            ld -r --build-id=sha1 -o "$DESTDIR/usr/lib/modules/6.1/demo.ko" demo.o
            """;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    [Trait("Speed", "slow")]
    public void What_debuggers_need_is_in_a_package_of_its_own_and_the_rest_is_stripped()
    {
        _bench.Recipe(Head + Stanza);
        _bench.Script(Everything);
        RunResult result = _bench.Build("--twice", "--allow", "lost-mode").Succeeds();
        Assert.DoesNotContain("warning", result.Error, StringComparison.Ordinal);

        string[] debug = Files("demo-debug");
        Assert.Equal(3, debug.Length);
        Assert.All(debug, path => Assert.Matches("^usr/lib/debug/\\.build-id/[0-9a-f]{2}/[0-9a-f]{38}\\.debug$", path));
        Assert.Equal(
            "demo = 1.2-3",
            string.Join(", ", Manifest("demo-debug").Dependencies.Select(need => $"{need.Name} {need.Constraint}"))
        );
        Assert.Empty(Manifest("demo-debug").Provides);
        Assert.Equal("Shows something: debug information.", Manifest("demo-debug").Description);
        Assert.Equal("libdemo.so.1", Assert.Single(Manifest("demo").Provides).Name.Text);

        foreach (string name in new[] { "demo", "demo-dev", "demo-debug" })
        {
            _bench.Run("extract", _bench[$"out/{PackageFile(name)}"], "--to", _bench["installed-" + name]).Succeeds();
        }

        Assert.Equal(
            "",
            _bench.Shell("find installed-demo installed-demo-dev -type f | xargs readelf -SW | grep -F .debug_ || :")
        );
        Assert.Contains(
            ".symtab",
            _bench.Shell("readelf -SW installed-demo/usr/lib/modules/6.1/demo.ko"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            ".symtab",
            _bench.Shell("readelf -SW installed-demo/usr/bin/demo"),
            StringComparison.Ordinal
        );
        Assert.Contains("answer", _bench.Shell("nm installed-demo-dev/usr/lib/*/libdemo.a"), StringComparison.Ordinal);
        Assert.Equal(
            "",
            _bench.Shell("cd installed-demo/usr/bin; chmod +x *; ./demo && cmp demo again && cmp demo copy")
        );
        foreach (string file in new[] { "usr/bin/demo", "usr/lib/modules/6.1/demo.ko" })
        {
            string id = _bench.Shell($"readelf -n installed-demo/{file} | sed -n 's/.*Build ID: //p'").Trim();
            string split = $"installed-demo-debug/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug";
            Assert.Contains("demo.c", _bench.Shell($"readelf --debug-dump=info {split}"), StringComparison.Ordinal);
            Assert.Contains(
                $"{id[2..]}.debug",
                _bench.Shell($"readelf --string-dump=.gnu_debuglink installed-demo/{file}"),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Names_and_modes_stay_and_a_kept_stage_is_packed_to_the_same_bytes()
    {
        _bench.Recipe(
            Head
                + Stanza
                    .Replace("side_effects", "#", StringComparison.Ordinal)
                    .Replace("split", "#", StringComparison.Ordinal)
        );
        _bench.Script(
            Program + "ln \"$DESTDIR/usr/bin/demo\" \"$DESTDIR/usr/bin/again\"; chmod 4555 \"$DESTDIR/usr/bin/demo\""
        );
        Directory.CreateDirectory(_bench["kept"]);
        _bench.BuildIn(_bench["kept"], "--keep-stage").Succeeds();
        string stage = Assert.Single(Directory.GetDirectories(_bench["kept"]));
        Assert.Equal("2 4555", _bench.Shell($"stat -c '%h %a' {stage}/dest/usr/bin/again").Trim());
        string first = _bench.Shell("sha256sum out/*");
        _bench.Run("repackage", stage, "--recipe", _bench["recipe"], "--out", _bench["out"]).Succeeds();
        Assert.Equal(first, _bench.Shell("sha256sum out/*"));
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void What_cannot_be_split_is_told_with_a_remedy()
    {
        _bench.Recipe(
            Head
                + Stanza
                    .Replace("side_effects", "#", StringComparison.Ordinal)
                    .Replace("split", "#", StringComparison.Ordinal)
        );
        _bench.Script(Program + "cc -g -Wl,--build-id=none -o \"$DESTDIR/usr/bin/none\" demo.c");
        _bench
            .Build()
            .Fails(
                "usr/bin/none: it has no build-id, by which debuggers find what is split off\nLink with -Wl,--build-id"
            );
        _bench.Script("mkdir -p \"$DESTDIR/usr/share/demo\"; echo hi > \"$DESTDIR/usr/share/demo/file\"");
        _bench.Build().Fails("no pattern of demo-debug matches anything", "Compile with -g, or remove debug = true.");

        // The compiler is found by its path, and nothing else.
        _bench.Shell("mkdir bin; for name in mkdir cat cc as ld chmod rm; do ln -s $(command -v $name) bin; done");
        _bench.SearchPath = _bench["bin"];
        _bench.Script(Program);
        _bench.Build().Fails("debug = true needs objcopy, which is not on the PATH; install binutils");
        _bench.Program("bin/objcopy", "echo 'objcopy: cannot do it' >&2; exit 1");
        _bench.Build().Fails("objcopy cannot split machine code for", "objcopy: cannot do it");
        Assert.Empty(_bench.Outputs);
    }

    [Fact]
    public void Machine_code_of_another_machine_is_told()
    {
        _bench.Recipe(
            Head
                + Stanza
                    .Replace("side_effects", "#", StringComparison.Ordinal)
                    .Replace("split", "#", StringComparison.Ordinal)
        );
        _bench.Write("source/object.c", "int answer(void) { return 42; }\n");

        // An object file whose machine is one that nobody makes programs for.
        _bench.Script(
            """
            cc -g -c -o foreign.o "$SOURCE_DIR/object.c"
            printf '\377\176' | dd of=foreign.o bs=1 seek=18 conv=notrunc 2> /dev/null
            mkdir -p "$DESTDIR/usr/share/demo"; cp foreign.o "$DESTDIR/usr/share/demo/"
            """
        );
        _bench.Build().Fails("cannot split machine code for machine 32511", "install binutils for machine 32511");
    }

    [Fact]
    public void Mistakes_in_the_key_are_told()
    {
        _bench.Recipe(Workbench.OneStanza + "debug = true\n");
        _bench.Build().Fails("debug in [[package]]: a noarch package holds no machine code");
        _bench.Recipe(Workbench.OneStanza + "debug = \"yes\"\n");
        _bench.Build().Fails("debug in [[package]] must be a boolean, not a string");
        _bench.Recipe(Workbench.OneStanza + "debug = false\n");
        _bench.Build().Succeeds();
        Assert.Single(_bench.Outputs);
    }

    [Fact]
    public void Two_packages_have_one_for_each_and_check_has_nothing_to_say()
    {
        const string Second = """
            [[package]]
            name = "more"
            architecture = ["x86_64", "aarch64"]
            description = "Shows more."
            debug = true
            licenses = ["COPYING"]
            files = ["usr/lib/debug/more/**", "usr/sbin/**"]

            """;
        _bench.Recipe(
            Head
                + Second
                + Second
                    .Replace("more", "less", StringComparison.Ordinal)
                    .Replace("sbin", "bin", StringComparison.Ordinal)
        );
        File.SetUnixFileMode(_bench["recipe/build.sh"], (UnixFileMode)0b111_101_101);
        Assert.Equal("1 recipe checked: nothing to report\n", _bench.Run("check", _bench["recipe"]).Succeeds().Output);
    }

    private static string PackageFile(string name) => $"{name}_1.2-3_{Recipes.RecipeTarget.Machine}.peipkg";

    private Format.Manifests.Manifest Manifest(string name) => _bench.Package(PackageFile(name)).Manifest;

    private string[] Files(string name) =>
        [
            .. _bench
                .Package(PackageFile(name))
                .Entries.Where(entry => entry.Kind != Format.Layout.PayloadKind.Directory)
                .Select(entry => entry.Path),
        ];
}
