using Peipkg.Build.Tests.Support;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Tests.Deriving;

/// <summary>Recipes that let <c>build</c> derive names, from the recipe's key to the package's manifest.</summary>
public sealed class RecipeDeriverTests : IDisposable
{
    private const string Lib = "usr/lib/x86_64-linux-peios";

    private readonly Workbench _bench = new();

    public RecipeDeriverTests()
    {
        Place("source/libgreet.so.1", new ElfSample { Soname = "libgreet.so.1", Needed = ["libc.so.6"] });
        Place("source/greet", new ElfSample { Needed = ["libgreet.so.1", "libc.so.6"] });
        _bench.Write("source/greet.pc", "Version: 2.0\nRequires: zlib >= 1\n");
        _bench.Script(
            $"""
            mkdir -p "$DESTDIR/usr/bin" "$DESTDIR/{Lib}/pkgconfig"
            cp "$SOURCE_DIR/greet" "$DESTDIR/usr/bin/"
            cp "$SOURCE_DIR/libgreet.so.1" "$DESTDIR/{Lib}/"
            ln -s libgreet.so.1 "$DESTDIR/{Lib}/libgreet.so"
            cp "$SOURCE_DIR/greet.pc" "$DESTDIR/{Lib}/pkgconfig/"
            """
        );
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("", "", "")]
    [InlineData("derive = false", "", "")]
    [InlineData("derive = []", "", "")]
    [InlineData("derive = true", "libgreet.so.1, pkgconfig(greet) 2.0", "libc.so.6, pkgconfig(zlib) >= 1")]
    [InlineData("derive = {}", "libgreet.so.1, pkgconfig(greet) 2.0", "libc.so.6, pkgconfig(zlib) >= 1")]
    [InlineData("derive = [\"pkgconfig\"]", "pkgconfig(greet) 2.0", "pkgconfig(zlib) >= 1")]
    [InlineData("derive = [\"soname\", \"elfver\"]", "libgreet.so.1", "libc.so.6")]
    [InlineData("derive = { parts = [\"soname\"] }", "libgreet.so.1", "libc.so.6")]
    [InlineData(
        "derive = { parts = [\"soname\"], symbol_policy = { \"libgreet.so.1\" = \"G_\" } }",
        "libgreet.so.1 1.2-3",
        "libc.so.6"
    )]
    public void A_stanza_chooses_what_is_derived(string key, string provides, string needs)
    {
        Recipe(
            $"""
            [[package]]
            name = "greet"
            architecture = "x86_64"
            side_effects = ["ldconfig"]
            files = ["usr/**"]
            {key}
            """
        );
        _bench.Build().Succeeds();
        Manifest manifest = _bench.Package("greet_1.2-3_x86_64.peipkg").Manifest;
        Assert.Equal(provides, string.Join(", ", manifest.Provides.Select(Text)));
        Assert.Equal(needs, string.Join(", ", manifest.Dependencies.Select(Text)));
    }

    [Theory]
    [InlineData("derive = \"soname\"", "must be true, false, an array of strings or a table, not a string")]
    [InlineData(
        "derive = [\"sonames\"]",
        "\"sonames\" is none of soname, elfver, pkgconfig (did you mean \"soname\"?)"
    )]
    [InlineData("derive = [\"soname\", \"soname\"]", "\"soname\" comes twice")]
    [InlineData("derive = { version_nodes = [\"a:b\"] }", "\"a:b\" is not a soname such as \"libstdc++.so.6\"")]
    [InlineData("derive = { symbol_policy = { \"a/b\" = \"X\" } }", "\"a/b\" is not a soname")]
    [InlineData("derive = { symbol_policy = { \"libx.so.1\" = 1 } }", "must be a string, not an integer")]
    [InlineData("derive = { symbol_policy = [] }", "must be a table, not an array")]
    [InlineData("derive = { part = [] }", "unknown key \"part\"")]
    public void A_choice_that_is_none_is_refused(string key, string message)
    {
        Recipe(
            $"""
            [[package]]
            name = "greet"
            architecture = "x86_64"
            side_effects = ["ldconfig"]
            files = ["usr/**"]
            {key}
            """
        );
        _bench.Build().FailsWith(1, message);
    }

    [Theory]
    [InlineData("", "libgreet.so.1, libc.so.6")]
    [InlineData("{ name = \"libgreet\" }", "libgreet, libgreet.so.1, libc.so.6")]
    [InlineData("{ name = \"libgreet\", same_build = true }", "libgreet = 1.2-3, libgreet.so.1 = 1.2-3, libc.so.6")]
    [InlineData(
        "{ name = \"libgreet\", same_build = true }, { name = \"libgreet.so.1\" }",
        "libgreet = 1.2-3, libgreet.so.1, libc.so.6"
    )]
    public void A_need_between_stanzas_is_of_the_same_build_where_the_recipe_says_so(string declared, string needs)
    {
        Recipe(
            $$"""
            [[package]]
            name = "greet"
            architecture = "x86_64"
            dependencies = [{{declared}}]
            derive = true
            files = ["usr/bin/**"]

            [[package]]
            name = "libgreet"
            architecture = "x86_64"
            side_effects = ["ldconfig"]
            derive = true
            files = ["usr/lib/**"]
            """
        );
        _bench.Build().Succeeds();
        Assert.Equal(
            needs.Split(", ").Order(StringComparer.Ordinal),
            _bench.Package("greet_1.2-3_x86_64.peipkg").Manifest.Dependencies.Select(Text).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Building_twice_and_reproducing_derive_the_same()
    {
        Recipe(
            """
            [[package]]
            name = "greet"
            architecture = "x86_64"
            side_effects = ["ldconfig"]
            derive = true
            files = ["usr/**"]
            """
        );
        _bench.Build("--twice").Succeeds();
        _bench
            .Run(
                "reproduce",
                "--recipe",
                _bench["recipe/peipkg.toml"],
                "--source",
                _bench["source"],
                _bench["out/greet_1.2-3_x86_64.peipkg"]
            )
            .Succeeds();
    }

    [Fact]
    public void The_choice_may_be_a_section_of_its_own()
    {
        Recipe(
            """
            [[package]]
            name = "greet"
            architecture = "x86_64"
            side_effects = ["ldconfig"]
            files = ["usr/**"]

            [package.derive]
            parts = ["pkgconfig"]
            version_nodes = ["libstdc++.so.6", "libfoo.so.1"]
            symbol_policy = { "libbar.so.2" = "BAR_" }
            """
        );
        _bench.Build().Succeeds();
        Assert.Equal(
            ["pkgconfig(greet) 2.0"],
            _bench.Package("greet_1.2-3_x86_64.peipkg").Manifest.Provides.Select(Text)
        );
    }

    [Fact]
    public void Packing_derives_nothing()
    {
        _bench.Write(
            "manifest.json",
            """
            {"schema_version":1,"name":"greet","version":"1.2-3","architecture":"x86_64","description":"","license":"",
            "homepage":"","dependencies":[],"optional_dependencies":[],"conflicts":[],"provides":[],"replaces":[],
            "side_effects":["ldconfig"],"size_installed":0,"sd_overrides":[],
            "build":{"timestamp":"2026-05-01T12:00:00Z","farm_id":"bench","source_ref":"test://demo"}}
            """
        );
        Place($"staged/{Lib}/libgreet.so.1", new ElfSample { Soname = "libgreet.so.1", Needed = ["libc.so.6"] });
        Directory.CreateDirectory(_bench["out"]);
        _bench
            .Run(
                "pack",
                "--manifest",
                _bench["manifest.json"],
                "--staged",
                _bench["staged"],
                "--out",
                _bench["out/greet.peipkg"]
            )
            .Succeeds();
        Manifest manifest = _bench.Package("greet.peipkg").Manifest;
        Assert.Empty(manifest.Provides);
        Assert.Empty(manifest.Dependencies);
    }

    private static string Text(Provide provide) => $"{provide.Name} {provide.Version?.Text}".TrimEnd();

    private static string Text(Dependency dependency) => $"{dependency.Name} {dependency.Constraint?.Text}".TrimEnd();

    private void Recipe(string stanzas) =>
        _bench.Recipe($"[meta]\nlicense = \"MIT\"\nbuild_script = \"build.sh\"\n\n{stanzas}\n");

    private void Place(string path, ElfSample file)
    {
        _bench.Write(path, "");
        File.WriteAllBytes(_bench[path], file.Build());
    }
}
