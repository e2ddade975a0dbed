using Peipkg.Build.Tests.Support;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Tests.Inspecting;

public sealed class VerifyOperationTests : IDisposable
{
    private const string Name = "demo_1.2-3_noarch.peipkg";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_package_is_reported_with_what_its_signature_is_worth()
    {
        string key = _bench.Key();
        _bench.Build("--sign-key", key).Succeeds();
        string path = _bench["out/" + Name];
        Assert.Contains(
            $"{path}: ok, signature present but unproven (no --key given): ",
            _bench.Run("verify", path).Succeeds().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"{path}: ok, signed by ",
            _bench.Run("verify", path, "--key", _bench["key.pub"]).Succeeds().Output,
            StringComparison.Ordinal
        );
        _bench.Build().Succeeds();
        Assert.Equal(
            $"{path}: ok, unsigned; satisfies psd-009 and pspu-5\n",
            _bench.Run("verify", path).Succeeds().Output
        );
    }

    [Fact]
    public void With_keys_other_signers_and_unsigned_packages_are_refused()
    {
        string key = _bench.Key();
        _bench.Key("other.pem");
        _bench.Build("--sign-key", key).Succeeds();
        string path = _bench["out/" + Name];
        _bench.Run("verify", "--key", _bench["other.pub"], path).Fails("(signature-key)");
        _bench.Run("verify", "--key", _bench["other.pub"], "--key", _bench["key.pub"], path).Succeeds();
        _bench.Build().Succeeds();
        _bench.Run("verify", "--key", _bench["key.pub"], path).Fails("(signature-missing)");
    }

    [Fact]
    public void Every_file_is_checked_and_reported()
    {
        _bench.Build().Succeeds();
        string good = _bench["out/" + Name];
        string bad = _bench.Write("bad.peipkg", "x");
        RunResult result = _bench
            .Run("verify", bad, _bench["nope"], good, _bench.Root)
            .Fails(
                bad + ": ",
                $"there is no file {_bench["nope"]}",
                $"{_bench.Root} is a directory",
                "3 of 4 packages failed"
            );
        Assert.Equal($"{good}: ok, unsigned; satisfies psd-009 and pspu-5\n", result.Output);
    }

    [Fact]
    public void A_file_name_that_says_something_else_is_a_warning()
    {
        _bench.Build().Succeeds();
        _bench.Shell($"mv out/{Name} out/other_1.0-1_noarch.peipkg");
        RunResult result = _bench.Run("verify", _bench["out/other_1.0-1_noarch.peipkg"]).Succeeds();
        Assert.Contains(
            $"warning: {_bench["out/other_1.0-1_noarch.peipkg"]}: the content says that the file should be named {Name}",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Layout_and_side_effects_are_verified_too_and_all_violations_reported()
    {
        Manifest manifest = new()
        {
            Name = PackageName.Parse("demo"),
            Version = PackageVersion.Parse("1.2-3"),
            Architecture = Architecture.X86_64,
            SideEffects = [SideEffect.Depmod],
            Build = new BuildInfo(Timestamp.Parse("2026-05-01T12:00:00Z"), "f", "s"),
        };
        using (FileStream stream = File.Create(_bench[Name]))
        {
            PackageWriter.Write(
                stream,
                manifest,
                [
                    PayloadSource.File("srv/x", []),
                    PayloadSource.File("usr/lib/x86_64-linux-peios/a.so", []),
                    PayloadSource.Symlink("etc/l", "../dev/null"),
                ],
                null
            );
        }

        _bench
            .Run("verify", _bench[Name])
            .Fails(
                "\"srv/x\" is out of place",
                "\"etc/l\" leads to",
                "must declare the side effect \"ldconfig\"",
                "must not declare the side effect \"depmod\""
            );
    }

    [Fact]
    public void No_change_of_the_content_and_no_truncation_goes_unnoticed()
    {
        _bench.Build("--sign-key", _bench.Key()).Succeeds();
        byte[] package = File.ReadAllBytes(_bench["out/" + Name]);
        Random random = new(7);
        string key = _bench["key.pub"];
        for (int i = 0; i < 150; i++)
        {
            byte[] broken = (byte[])package.Clone();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_bench[Name], i % 3 == 0 ? package[..random.Next(package.Length)] : broken);
            RunResult result = _bench.Run("verify", "--key", key, _bench[Name]);
            if (result.Code == 0)
            {
                // A few bits of a zstd frame, such as its window's size, may change while the archive stays the same; and
                // the signature's white space may. What is signed may not: all before the last entry, which takes two
                // blocks and has the archive's two zero blocks behind it.
                _bench.Shell(
                    $"zstd -q -d -c {Name} > a.tar; zstd -q -d -c out/{Name} > b.tar; size=$(stat -c %s b.tar); "
                        + "[ \"$(stat -c %s a.tar)\" = \"$size\" ] && cmp -n $((size - 2048)) a.tar b.tar"
                );
                continue;
            }

            result.Fails(_bench[Name] + ": ");
        }

        File.WriteAllBytes(_bench[Name], [.. package, 0]);
        _bench.Run("verify", "--key", key, _bench[Name]).Fails(_bench[Name] + ": ");
        File.WriteAllBytes(_bench[Name], [.. package, .. package]);
        _bench.Run("verify", "--key", key, _bench[Name]).Fails(_bench[Name] + ": ");
    }

    [Theory]
    [InlineData("verify", 1, "missing argument FILE")]
    [InlineData("verify --key", 2, "option --key needs a value")]
    [InlineData("verify --kee x f", 2, "unknown option --kee (did you mean \"--key\"?)")]
    [InlineData("verify --key nope f", 1, "there is no key file nope")]
    [InlineData("inspect a b", 2, "")]
    public void The_command_line_is_strict(string line, int code, string message) =>
        _bench.Run(line.Split(' ')).FailsWith(code, message);
}
