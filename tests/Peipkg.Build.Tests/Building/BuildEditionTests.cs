using Peipkg.Build.Tests.Support;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Tests.Building;

public sealed class BuildEditionTests : IDisposable
{
    private const string Stanza = """
        [[package]]
        name = "demo"
        architecture = "x86_64"
        files = ["usr/**"]

        """;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("edition = \"pspu-5\"", null)]
    [InlineData("", "pspu-5")]
    [InlineData("edition = \"pspu-5\"", "pspu-5")]
    public void A_recipe_of_the_newer_edition_makes_its_packages(string line, string? asked)
    {
        _bench.Recipe($"[meta]\nbuild_script = \"build.sh\"\n{line}\n{Stanza}license_class = \"free\"\n");
        _bench.Script("mkdir -p \"$DESTDIR/usr/libexec\"; echo hi > \"$DESTDIR/usr/libexec/helper\"");
        _bench.Build(asked is null ? [] : ["--edition", asked]).Succeeds();
        string package = _bench["out/demo_1.2-3_x86_64.peipkg"];
        Assert.Contains(
            "\"license_class\":\"free\"",
            _bench.Run("inspect", "--manifest", package).Succeeds().Output,
            StringComparison.Ordinal
        );
        _bench.Run("verify", "--edition", "pspu-5", package).Succeeds();
        _bench.Run("verify", "--edition", "psd-009", package).Fails("usr/libexec");
    }

    [Fact]
    public void Another_edition_than_the_recipes_is_refused()
    {
        _bench.Recipe($"[meta]\nbuild_script = \"build.sh\"\nedition = \"psd-009\"\n{Stanza}");
        _bench.Build("--edition", "pspu-5").Fails("the recipe is of edition psd-009");
        Assert.Empty(_bench.Outputs);
    }

    [Theory]
    [InlineData("psd-009", "", null)]
    [InlineData("psd-009", "derive = true", "1.5")]
    [InlineData("pspu-5", "", "1.5")]
    [InlineData("pspu-5", "derive = false", null)]
    public void Names_are_derived_unless_the_edition_or_the_stanza_says_otherwise(
        string edition,
        string line,
        string? provided
    )
    {
        _bench.Recipe($"[meta]\nbuild_script = \"build.sh\"\n{Stanza}{line}\n");
        _bench.Script(
            "mkdir -p \"$DESTDIR/usr/share/pkgconfig\"; echo 'Version: 1.5' > \"$DESTDIR/usr/share/pkgconfig/demo.pc\""
        );
        _bench.Build("--edition", edition).Succeeds();
        IReadOnlyList<Provide> provides = _bench.Package("demo_1.2-3_x86_64.peipkg").Manifest.Provides;
        Assert.Equal(
            provided is null ? [] : [$"pkgconfig(demo) {provided}"],
            provides.Select(item => $"{item.Name} {item.Version?.Text}")
        );
    }

    [Fact]
    public void What_lies_outside_the_edition_names_the_other_one()
    {
        _bench.Recipe(
            $"[meta]\nbuild_script = \"build.sh\"\n{Stanza.Replace("usr/**", "etc/**", StringComparison.Ordinal)}"
        );
        _bench.Script("mkdir -p \"$DESTDIR/etc\"; echo hi > \"$DESTDIR/etc/demo.conf\"");
        _bench.Build("--edition", "pspu-5").Fails("etc/demo.conf", "psd-009");
        string findings = _bench.Run("check", "--edition", "pspu-5", _bench["recipe/peipkg.toml"]).Output;
        Assert.Contains("\"etc/**\" of demo cannot match", findings, StringComparison.Ordinal);
        Assert.Contains("(psd-009 has it)", findings, StringComparison.Ordinal);
        _bench.Build("--edition", "psd-009").Succeeds();
    }

    [Fact]
    public void A_package_is_reproduced_in_the_edition_asked_for()
    {
        _bench.Recipe($"[meta]\nbuild_script = \"build.sh\"\n{Stanza}");
        _bench.Script("mkdir -p \"$DESTDIR/usr/libexec\"; echo hi > \"$DESTDIR/usr/libexec/helper\"");
        _bench.Build("--edition", "pspu-5").Succeeds();
        string[] arguments =
        [
            "reproduce",
            _bench["out/demo_1.2-3_x86_64.peipkg"],
            "--recipe",
            _bench["recipe/peipkg.toml"],
            "--source",
            _bench["source"],
        ];
        _bench.Run([.. arguments, "--edition", "pspu-5"]).Succeeds();
        _bench.Run(arguments).Fails("usr/libexec");
    }
}
