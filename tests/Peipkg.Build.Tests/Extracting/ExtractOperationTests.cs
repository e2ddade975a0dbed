using Peipkg.Build.Extracting;
using Peipkg.Build.Tests.Support;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Tests.Extracting;

public sealed class ExtractOperationTests : IDisposable
{
    private const string Package = "out/demo_1.2-3_noarch.peipkg";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Files_directories_and_symlinks_are_written_with_safe_modes()
    {
        _bench.Script(
            """
            mkdir -p "$DESTDIR/usr/share/demo/empty"; cd "$DESTDIR/usr/share/demo"
            echo data > data; printf '#!/bin/sh\necho ran\n' > script; ln -s data link; chmod 4777 data; : > nothing
            """
        );
        _bench.Recipe(
            Workbench.OneStanza.Replace(
                "[\"usr/**\"]",
                "[\"usr/**\", \"usr/share/demo/empty/\"]",
                StringComparison.Ordinal
            )
        );
        _bench.Build().Succeeds();
        _bench.Run("extract", _bench[Package], "--to", _bench["x"]).Succeeds();
        Assert.Equal(
            "755 d usr\n755 d usr/share\n755 d usr/share/demo\n644 f usr/share/demo/data\n755 d usr/share/demo/empty\n"
                + "777 l usr/share/demo/link\n644 f usr/share/demo/nothing\n755 f usr/share/demo/script\n",
            _bench.Shell("cd x && find . -mindepth 1 -printf '%m %y %P\\n' | sort -k 3")
        );
        Assert.Equal("ran\n", _bench.Shell("x/usr/share/demo/script"));
        File.WriteAllText(_bench["sums"], _bench.Run("inspect", "--files", _bench[Package]).Succeeds().Output);
        _bench.Shell("cd x && sha256sum --check --strict ../sums");
    }

    [Fact]
    public void Nothing_that_exists_is_written_to()
    {
        _bench.Build().Succeeds();
        _bench.Write("x/mine", "mine");
        _bench.Run("extract", _bench[Package], "--to", _bench["x"]).Fails("--to", "is not empty");
        _bench.Run("extract", _bench[Package], "--to", _bench["x/mine"]).Fails("is a file");
        Assert.Equal("mine", File.ReadAllText(_bench["x/mine"]));
        Directory.CreateDirectory(_bench["empty"]);
        _bench.Run("extract", _bench[Package], "--to", _bench["empty"]).Succeeds();
    }

    [Fact]
    public void A_package_that_does_not_verify_leaves_nothing()
    {
        _bench.Build("--sign-key", _bench.Key()).Succeeds();
        _bench.Key("other.pem");
        _bench
            .Run("extract", _bench[Package], "--to", _bench["x"], "--key", _bench["other.pub"])
            .Fails("nothing was extracted");
        byte[] bytes = File.ReadAllBytes(_bench[Package]);
        File.WriteAllBytes(_bench["cut.peipkg"], bytes[..^20]);
        _bench.Run("extract", _bench["cut.peipkg"], "--to", _bench["x"]).Fails("nothing was extracted");
        Assert.False(Path.Exists(_bench["x"]));
        _bench.Run("extract", _bench[Package], "--to", _bench["x"], "--key", _bench["key.pub"]).Succeeds();
    }

    [Fact]
    public void An_edition_that_is_asked_for_must_be_kept()
    {
        _bench.Script("mkdir -p \"$DESTDIR/etc\"; echo data > \"$DESTDIR/etc/demo.conf\"");
        _bench.Recipe(Workbench.OneStanza.Replace("[\"usr/**\"]", "[\"etc/**\"]", StringComparison.Ordinal));
        _bench.Build().Succeeds();
        _bench
            .Run("extract", _bench[Package], "--to", _bench["x"], "--edition", "pspu-5")
            .Fails("in edition pspu-5: ", "etc", "nothing was extracted");
        Assert.False(Path.Exists(_bench["x"]));
        _bench.Run("extract", _bench[Package], "--to", _bench["x"], "--edition", "psd-009").Succeeds();
    }

    [Fact]
    public void A_signature_of_a_file_becomes_its_attribute_or_is_said_not_to()
    {
        _bench.Write("manifest.json", Packing.PackOperationTests.Manifest);
        _bench.Shell(
            "mkdir -p staged/usr/share; echo data > staged/usr/share/d; "
                + "{ printf '\\001'; head -c 3309 /dev/zero; } > staged/usr/share/d.peios.sig"
        );
        string package = _bench["signed.peipkg"];
        _bench
            .Run("pack", "--manifest", _bench["manifest.json"], "--staged", _bench["staged"], "--out", package)
            .Succeeds();

        RunResult result = _bench.Run("extract", package, "--to", _bench["x"]).Succeeds();
        Assert.Equal(["d"], Directory.GetFiles(_bench["x/usr/share"]).Select(Path.GetFileName));
        Assert.True(
            result.Error.Length == 0
                || result.Error.Contains(
                    "could not be set as the attribute security.peios.sig",
                    StringComparison.Ordinal
                ),
            result.Error
        );

        // In the older edition it is a file like any other.
        _bench.Run("extract", "--edition", "psd-009", package, "--to", _bench["y"]).Succeeds();
        Assert.True(File.Exists(_bench["y/usr/share/d.peios.sig"]));
    }

    [Fact]
    public void No_component_is_followed_where_it_is_a_symlink()
    {
        _bench.Write("outside/file", "safe");
        Directory.CreateDirectory(_bench["x"]);
        File.CreateSymbolicLink(_bench["x/usr"], _bench["outside"]);
        File.CreateSymbolicLink(_bench["x/link"], _bench["outside/file"]);
        using DirectoryWriter writer = new(_bench["x"]);
        Assert.Throws<PosixIOException>(() => writer.MakeFile("usr/evil"));
        Assert.Throws<PosixIOException>(() => writer.MakeDirectory("usr/evil"));
        Assert.Throws<PosixIOException>(() => writer.MakeSymlink("usr/evil", "x"));
        Assert.Throws<PosixIOException>(() => writer.MakeFile("link"));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_bench["outside"]).Select(Path.GetFileName));
        Assert.Equal("safe", File.ReadAllText(_bench["outside/file"]));
    }

    [Fact]
    public void Inspect_shows_the_manifest_as_it_is_and_refuses_two_views_at_once()
    {
        _bench.Build().Succeeds();
        Assert.StartsWith(
            "{\"schema_version\":1,\"name\":\"demo\",",
            _bench.Run("inspect", "--manifest", _bench[Package]).Succeeds().Output,
            StringComparison.Ordinal
        );
        _bench.Run("inspect", "--manifest", "--files", _bench[Package]).FailsWith(2, "are different views");
        _bench.Run("inspect", "--manifest", "--json", _bench[Package]).FailsWith(2, "are different views");
    }

    [Fact]
    public void Inspect_compares_two_packages()
    {
        _bench.Build().Succeeds();
        File.Copy(_bench[Package], _bench["same.peipkg"]);
        Assert.Contains(
            "identical, sha256",
            _bench.Run("inspect", "--diff", _bench["same.peipkg"], _bench[Package]).Succeeds().Output,
            StringComparison.Ordinal
        );
        _bench.Build("--out", _bench["out2"], "--sign-key", _bench.Key()).Succeeds();
        RunResult signed = _bench.Run("inspect", "--diff", _bench["out2/demo_1.2-3_noarch.peipkg"], _bench[Package]);
        Assert.Equal(1, signed.Code);
        Assert.Contains("the first is unsigned, the second signed by", signed.Output, StringComparison.Ordinal);
        _bench.Build("--out", _bench["out2"], "--farm-id", "elsewhere").Succeeds();
        RunResult other = _bench.Run("inspect", "--diff", _bench["out2/demo_1.2-3_noarch.peipkg"], _bench[Package]);
        Assert.Equal(1, other.Code);
        Assert.Contains(
            "manifest: build.farm_id\n  - \"bench\"\n  + \"elsewhere\"\n",
            other.Output,
            StringComparison.Ordinal
        );
    }
}
