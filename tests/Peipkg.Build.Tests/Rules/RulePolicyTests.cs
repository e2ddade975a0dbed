using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Rules;

public sealed class RulePolicyTests : IDisposable
{
    private const string Stamped =
        "mkdir -p \"$DESTDIR/usr/share/x\"; echo x > x; gzip -c x > \"$DESTDIR/usr/share/x/x.gz\"";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("gzip-timestamp")]
    [InlineData("warnings")]
    public void A_denied_rule_keeps_every_package_from_appearing(string denied)
    {
        _bench.Script(Stamped);
        _bench.Write("out/demo_1.2-3_noarch.peipkg", "old");
        _bench.Build("--deny", denied).Fails("error: package demo: \"usr/share/x/x.gz\"", "no package was made");
        Assert.Equal(["demo_1.2-3_noarch.peipkg"], _bench.Outputs);
        Assert.Equal("old", File.ReadAllText(_bench["out/demo_1.2-3_noarch.peipkg"]));
    }

    [Fact]
    public void An_allowed_rule_is_silent_also_under_denied_warnings()
    {
        _bench.Script(Stamped);
        Assert.Equal(
            "",
            _bench.Build("--allow", "gzip-timestamp", "--allow", "license-file", "--deny", "warnings").Succeeds().Error
        );
    }

    [Fact]
    public void A_denied_rule_of_the_script_keeps_it_from_running()
    {
        File.WriteAllText(_bench["recipe/build.sh"], "touch \"$SOURCE_DIR/ran\"\nfalse\ntrue\n");
        _bench.Build("--deny", "script-errexit").Fails("[script-errexit]", "the build script was not run");
        Assert.False(File.Exists(_bench["source/ran"]));
    }

    [Fact]
    public void Notes_are_denied_by_name_only()
    {
        _bench.Run("check", _bench["recipe"], "--allow", "script-mode", "--deny", "warnings").Succeeds();
        _bench.Run("check", _bench["recipe"], "--deny", "recommended-key").FailsWith(1);
    }

    [Theory]
    [InlineData("--deny orfan", "there is no rule \"orfan\" (did you mean \"orphan\"?)")]
    [InlineData("--allow warnings", "there is no rule \"warnings\"")]
    [InlineData("--allow orphan", "orphan is an error, which cannot be allowed")]
    [InlineData("--allow rpath --deny rpath", "rpath is given to both")]
    public void Names_that_cannot_be_meant_are_usage_errors(string options, string message)
    {
        _bench.Run(_bench.BuildArguments(options.Split(' '))).FailsWith(2, message);
        Assert.False(Directory.Exists(_bench["out"]));
    }

    [Fact]
    public void Pack_looks_into_files_too()
    {
        _bench.Write(
            "manifest.json",
            """
            {"schema_version":1,"name":"demo","version":"1-1","architecture":"noarch","dependencies":[],"conflicts":[],"size_installed":0,
             "build":{"timestamp":"2026-05-01T12:00:00Z","farm_id":"x","source_ref":"y"}}
            """
        );
        _bench.Write("staged/usr/share/x/conf", $"prefix={_bench["staged"]}/usr\n");
        string[] pack =
        [
            "pack",
            "--manifest",
            _bench["manifest.json"],
            "--staged",
            _bench["staged"],
            "--out",
            _bench["x.peipkg"],
        ];
        Assert.Contains("[stage-path]", _bench.Run(pack).Succeeds().Error, StringComparison.Ordinal);
        File.Delete(_bench["x.peipkg"]);
        _bench.Run([.. pack, "--deny", "stage-path"]).Fails("contains the path of $DESTDIR");
        Assert.False(File.Exists(_bench["x.peipkg"]));
    }
}
