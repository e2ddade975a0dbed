using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Signing;

public sealed class SignOperationTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    private string Package => _bench["out/demo_1.2-3_noarch.peipkg"];

    [Fact]
    public void A_package_that_is_signed_later_is_the_one_that_was_signed_when_built()
    {
        string key = _bench.Key();
        Assert.Equal(0, _bench.Build("--sign-key", key).Code);
        byte[] atOnce = File.ReadAllBytes(Package);
        Assert.Equal(0, _bench.Build().Code);
        RunResult result = _bench.Run("sign", "--sign-key", key, "--out", _bench["signed"], Package);
        Assert.Equal((0, _bench["signed/demo_1.2-3_noarch.peipkg"] + "\n"), (result.Code, result.Output));
        Assert.Equal(atOnce, File.ReadAllBytes(_bench["signed/demo_1.2-3_noarch.peipkg"]));

        // In place, too.
        Assert.Equal(0, _bench.Run("sign", "--sign-key", key, "--out", _bench["out"], Package).Code);
        Assert.Equal(atOnce, File.ReadAllBytes(Package));
    }

    [Fact]
    public void One_that_cannot_be_signed_leaves_all_unsigned_and_every_reason_is_given()
    {
        Assert.Equal(0, _bench.Build().Code);
        string broken = _bench.Write("broken.peipkg", "not a package");
        RunResult result = _bench.Run(
            "sign",
            "--sign-key",
            _bench.Key(),
            "--out",
            _bench["signed"],
            Package,
            broken,
            _bench["gone"],
            _bench["source"],
            "/dev/zero"
        );
        Assert.Equal(1, result.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench["signed"]));
        Assert.Contains("broken.peipkg: byte 0:", result.Error, StringComparison.Ordinal);
        Assert.Contains("gone: there is no such file", result.Error, StringComparison.Ordinal);
        Assert.Contains("source: it is a directory", result.Error, StringComparison.Ordinal);
        Assert.Contains("/dev/zero: there is no such file", result.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was signed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_whose_payload_lies_at_forbidden_places_is_signed_only_on_request()
    {
        _bench.Write("tree/usr/local/x", "x");
        _bench.Write(
            "manifest.json",
            """
            {"schema_version":1,"name":"demo","version":"1.2-3","architecture":"noarch","dependencies":[],"conflicts":[],
            "size_installed":0,"build":{"timestamp":"2026-05-01T12:00:00Z","farm_id":"f","source_ref":"s"}}
            """
        );
        string package = _bench["exotic.peipkg"];
        Assert.Equal(
            0,
            _bench
                .Run(
                    "pack",
                    "--manifest",
                    _bench["manifest.json"],
                    "--staged",
                    _bench["tree"],
                    "--out",
                    package,
                    "--skip-layout-checks"
                )
                .Code
        );
        string key = _bench.Key();
        RunResult result = _bench.Run("sign", "--sign-key", key, "--out", _bench["signed"], package);
        Assert.Equal(1, result.Code);
        Assert.Contains("usr/local", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            0,
            _bench.Run("sign", "--sign-key", key, "--out", _bench["signed"], "--skip-layout-checks", package).Code
        );
    }
}
