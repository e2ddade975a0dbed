using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

public sealed class RepackageOperationTests : IDisposable
{
    private readonly Workbench _bench = new();
    private readonly string _kept;

    public RepackageOperationTests()
    {
        _kept = Directory.CreateDirectory(_bench["kept"]).FullName;
        _bench.Script(
            "echo ran >> \"$SOURCE_DIR/runs\"; mkdir -p \"$DESTDIR/usr/share/demo\"; echo x > \"$DESTDIR/usr/share/demo/x\""
        );
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_corrected_recipe_packs_what_is_staged_without_running_the_script()
    {
        _bench.Recipe(Workbench.OneStanza.Replace("usr/**", "usr/bin/**", StringComparison.Ordinal));
        string error = _bench.BuildIn(_kept, "--keep-stage").Fails("orphan").Error;
        string stage = Directory.GetDirectories(_kept).Single();
        Assert.Contains($"peipkg-build repackage {stage} ", error, StringComparison.Ordinal);
        Repackage(stage).Fails("orphan");
        _bench.Recipe(Workbench.OneStanza);
        Repackage(stage).Succeeds();
        Assert.Equal("ran\n", File.ReadAllText(_bench["source/runs"]));
        Assert.True(File.Exists(Path.Combine(stage, "dest/usr/share/demo/x")));

        byte[] again = File.ReadAllBytes(_bench["out/demo_1.2-3_noarch.peipkg"]);
        _bench.Build("--out", _bench["fresh"]).Succeeds();
        Assert.Equal(File.ReadAllBytes(_bench["fresh/demo_1.2-3_noarch.peipkg"]), again);
    }

    [Fact]
    public void Packages_are_signed_and_findings_denied_as_in_a_build()
    {
        _bench.BuildIn(_kept, "--keep-stage").Succeeds();
        string stage = Directory.GetDirectories(_kept).Single();
        Repackage(stage, "--sign-key", _bench.Key()).Succeeds();
        Assert.NotNull(_bench.Package("demo_1.2-3_noarch.peipkg").Signature);
        _bench.Recipe(Workbench.OneStanza.Replace("\"usr/**\"", "\"usr/**\", \"etc/x\"", StringComparison.Ordinal));
        Repackage(stage, "--deny", "unused-pattern").Fails("unused-pattern");
    }

    [Fact]
    public void What_is_no_staging_directory_is_refused()
    {
        Repackage(_bench["nope"]).Fails("is not a staging directory that build --keep-stage has left");
        _bench.Write("bad/stage.json", "{}x");
        Repackage(_bench["bad"]).Fails("stage.json cannot be read");
        _bench.Write("bad/stage.json", "{\"version\":\"1-1\"}");
        Repackage(_bench["bad"]).Fails("stage.json cannot be read: \"source_ref\" is missing");
        const string Words =
            "\"version\":\"1-1\",\"source_ref\":\"x\",\"farm_id\":\"x\",\"timestamp\":\"x\",\"source\":\"x\"";
        _bench.Write("bad/stage.json", $"{{{Words},\"umask\":18}}");
        Repackage(_bench["bad"]).Fails("\"sandbox\" is neither true nor false");
        _bench.Write("bad/stage.json", $"{{{Words},\"sandbox\":false,\"umask\":\"022\"}}");
        Repackage(_bench["bad"]).Fails("\"umask\" is missing or no number");
        _bench.Write("bad/stage.json", "[]");
        Repackage(_bench["bad"]).Fails("stage.json cannot be read");
        _bench.Write(
            "bad/stage.json",
            """{"version":"no","source_ref":"x","farm_id":"x","timestamp":"x","source":"x","sandbox":false,"umask":18}"""
        );
        Repackage(_bench["bad"]).Fails("stage.json was changed");
        _bench.Run("repackage").FailsWith(1, "STAGE");
    }

    private RunResult Repackage(string stage, params string[] more) =>
        _bench.Run(["repackage", stage, "--recipe", _bench["recipe"], "--out", _bench["out"], .. more]);
}
