using Peipkg.Format.Cryptography;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.KeyLife;

public sealed class KeyFileOperationsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_new_key_is_private_and_its_fingerprint_is_printed_in_groups()
    {
        string path = _directory["key"];
        RunResult result = RepoRun.Run("keygen", "--out", path);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using SigningKey key = SigningKey.Load(File.ReadAllBytes(path), path);
        Assert.Equal(key.PublicKey.Fingerprint.Grouped + "\n", result.Output);
        Assert.Equal(
            ["key"],
            Directory.EnumerateFileSystemEntries(_directory.Path).Select(static entry => Path.GetFileName(entry))
        );
    }

    [Fact]
    public void The_public_half_is_written_as_well_where_it_is_asked_for_and_never_over_another()
    {
        string path = _directory["key"];
        string half = _directory["half"];
        Assert.Equal(0, RepoRun.Run("keygen", "--out", path, "--public", half).Code);
        using SigningKey key = SigningKey.Load(File.ReadAllBytes(path), path);
        Assert.Equal(key.PublicKey, PublicKey.Load(File.ReadAllBytes(half), half));

        RunResult result = RepoRun.Run("keygen", "--out", _directory["other"], "--public", half);
        Assert.Equal(1, result.Code);
        Assert.Contains("never overwritten", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_directory["other"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_ever_overwritten(bool dangling)
    {
        string path = _directory["key"];
        if (dangling)
        {
            File.CreateSymbolicLink(path, _directory["nowhere"]);
        }
        else
        {
            File.WriteAllText(path, "precious");
        }

        RunResult result = RepoRun.Run("keygen", "--out", path);
        Assert.Equal(1, result.Code);
        Assert.Contains("never overwritten", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_directory["nowhere"]));
        if (!dangling)
        {
            Assert.Equal("precious", File.ReadAllText(path));
        }
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        RunResult result = RepoRun.Run("keygen", "--out", _directory["no/key"]);
        Assert.Equal(1, result.Code);
        Assert.Contains(_directory["no"], result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("seed")]
    [InlineData("public-pem")]
    [InlineData("public-raw")]
    public void Every_form_of_a_key_has_the_same_fingerprint(string form)
    {
        byte[] seed = [.. Enumerable.Range(1, 32).Select(static number => (byte)number)];
        using SigningKey key = SigningKey.Load(seed, "seed");
        string path = _directory[form == "public-raw" ? "key.pub" : "key"];
        File.WriteAllBytes(
            path,
            form switch
            {
                "pem" => key.ExportPem(),
                "seed" => seed,
                "public-pem" => key.PublicKey.ExportPem(),
                _ => key.PublicKey.ExportRaw(),
            }
        );
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        RunResult grouped = RepoRun.Run("fingerprint", path);
        RunResult plain = RepoRun.Run("fingerprint", path, "--plain");
        Assert.Equal((0, key.PublicKey.Fingerprint.Grouped + "\n", ""), (grouped.Code, grouped.Output, grouped.Error));
        Assert.Equal((0, key.PublicKey.Fingerprint.Text + "\n", ""), (plain.Code, plain.Output, plain.Error));
    }

    [Fact]
    public void A_file_that_is_no_key_is_an_error()
    {
        File.WriteAllText(_directory["key"], "hello");
        RunResult result = RepoRun.Run("fingerprint", _directory["key"]);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(_directory["key"], result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();
}
