using Peipkg.Build.Tests.Support;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Tests.Building;

public sealed class SplitTests : IDisposable
{
    private const string Stanza = """
        [meta]
        license = "MIT"
        homepage = "https://example.org/demo"
        build_script = "build.sh"

        [[package]]
        name = "demo"
        architecture = ["x86_64", "aarch64"]
        description = "Shows something."
        files = ["usr/**"]

        """;

    private const string Everything = """
        for file in bin/demo include/demo.h lib/$TRIPLET/libdemo.a lib/$TRIPLET/pkgconfig/demo.pc share/man/man1/demo.1 \
          share/doc/demo/README share/locale/de/LC_MESSAGES/demo.mo share/demo/data; do
          mkdir -p "$DESTDIR/usr/$(dirname "$file")"; echo "$file" > "$DESTDIR/usr/$file"
        done
        ln -s libdemo.so.1 "$DESTDIR/usr/lib/$TRIPLET/libdemo.so"
        """;

    private readonly Workbench _bench = new();

    public SplitTests() => _bench.Script(Everything);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Each_part_takes_its_files_and_the_rest_stays()
    {
        Split("dev", "static", "doc", "locale");
        _bench.Build("--arch", "x86_64", "--allow", "dangling-link").Succeeds();
        Assert.Equal(["usr/bin/demo", "usr/share/demo/data"], Files("demo", "x86_64"));
        Assert.Equal(
            [
                "usr/include/demo.h",
                "usr/lib/x86_64-linux-peios/libdemo.so",
                "usr/lib/x86_64-linux-peios/pkgconfig/demo.pc",
            ],
            Files("demo-dev", "x86_64")
        );
        Assert.Equal(["usr/lib/x86_64-linux-peios/libdemo.a"], Files("demo-static", "x86_64"));
        Assert.Equal(["usr/share/doc/demo/README", "usr/share/man/man1/demo.1"], Files("demo-doc", "noarch"));
        Assert.Equal(["usr/share/locale/de/LC_MESSAGES/demo.mo"], Files("demo-locale", "noarch"));
        Assert.Equal("demo = 1.2-3", Needs("demo-dev", "x86_64"));
        Assert.Equal("demo-dev = 1.2-3", Needs("demo-static", "x86_64"));
        Assert.Equal("", Needs("demo-doc", "noarch"));
        Manifest doc = _bench.Package("demo-doc_1.2-3_noarch.peipkg").Manifest;
        Assert.Equal("Shows something: documentation.", doc.Description);
        Assert.Equal("ManDb", string.Join(',', doc.SideEffects));
    }

    [Fact]
    public void Without_static_the_archives_are_for_development_and_check_has_nothing_to_say()
    {
        Split("dev", "doc", "locale");
        _bench.Build("--arch", "x86_64", "--allow", "dangling-link").Succeeds();
        Assert.Contains("usr/lib/x86_64-linux-peios/libdemo.a", Files("demo-dev", "x86_64"));
        File.SetUnixFileMode(_bench["recipe/build.sh"], (UnixFileMode)0b111_101_101);
        Assert.Equal(
            "1 recipe checked: nothing to report\n",
            _bench.Run("check", _bench["recipe"], "--deny", "warnings").Succeeds().Output
        );
    }

    [Fact]
    public void A_part_of_which_nothing_is_installed_is_an_error()
    {
        _bench.Script(
            "mkdir -p \"$DESTDIR/usr/share/doc/demo\"; echo hi | tee \"$DESTDIR/usr/share/doc/demo/README\" > \"$DESTDIR/usr/share/x\""
        );
        Split("dev");
        _bench
            .Build("--arch", "x86_64")
            .Fails(
                "no pattern of demo-dev matches anything that the build script installed",
                "Remove the word from split."
            );
        Split("doc");
        _bench.Build("--arch", "x86_64", "--deny", "warnings").Succeeds();
        Assert.Empty(_bench.Package("demo-doc_1.2-3_noarch.peipkg").Manifest.SideEffects);
    }

    [Fact]
    public void Mistakes_are_told()
    {
        Split("devel", "doc", "doc");
        _bench.Build().Fails("\"devel\" is not one of dev, static, doc, locale", "\"doc\" occurs twice");
        _bench.Recipe(
            Stanza + "split = [\"dev\"]\n[[package]]\nname = \"demo-dev\"\narchitecture = \"noarch\"\nfiles = []\n"
        );
        _bench.Build().Fails("two stanzas are named \"demo-dev\"");
        _bench.Recipe(Stanza + "split = \"dev\"\n");
        _bench.Build().Fails("split in [[package]] must be an array of strings, not a string");
    }

    private void Split(params string[] parts) =>
        _bench.Recipe(Stanza + $"split = [{string.Join(", ", parts.Select(part => $"\"{part}\""))}]\n");

    private string[] Files(string name, string architecture) =>
        [
            .. _bench
                .Package($"{name}_1.2-3_{architecture}.peipkg")
                .Entries.Where(entry => entry.Kind != Format.Layout.PayloadKind.Directory)
                .Select(entry => entry.Path)
                .Order(StringComparer.Ordinal),
        ];

    private string Needs(string name, string architecture) =>
        string.Join(
            ", ",
            _bench
                .Package($"{name}_1.2-3_{architecture}.peipkg")
                .Manifest.Dependencies.Select(dependency => $"{dependency.Name} {dependency.Constraint}")
        );
}
