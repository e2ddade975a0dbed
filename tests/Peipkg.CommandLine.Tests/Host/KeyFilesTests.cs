using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;

namespace Peipkg.CommandLine.Tests.Host;

public sealed class KeyFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-keys-").FullName;
    private readonly StringWriter _stderr = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, "")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, "its group")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, "everybody")]
    public void A_private_key_that_others_can_read_is_warned_of(UnixFileMode mode, string who)
    {
        string path = Path.Combine(_directory, "key");
        using SigningKey generated = SigningKey.Generate();
        File.WriteAllBytes(path, generated.ExportPem());
        File.SetUnixFileMode(path, mode);
        using SigningKey key = KeyFiles.LoadSigningKey(path, new Diagnostics("tool", _stderr));
        Assert.Equal(generated.PublicKey.Fingerprint, key.PublicKey.Fingerprint);
        Assert.Equal(
            who.Length == 0
                ? ""
                : $"tool: warning: the private key {path} can be read by {who}; run: chmod 600 {path}\n",
            _stderr.ToString()
        );
    }

    [Fact]
    public void A_missing_key_and_a_directory_are_named()
    {
        string path = Path.Combine(_directory, "nope");
        Assert.Equal(
            $"there is no key file {path}",
            Assert.Throws<UserErrorException>(() => KeyFiles.LoadPublicKey(path)).Message
        );
        Assert.Contains(
            "is a directory",
            Assert.Throws<UserErrorException>(() => KeyFiles.LoadPublicKey(_directory)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_public_key_is_read_and_others_are_refused()
    {
        string path = Path.Combine(_directory, "key.pub");
        using SigningKey generated = SigningKey.Generate();
        File.WriteAllBytes(path, generated.PublicKey.ExportPem());
        Assert.Equal(generated.PublicKey.Fingerprint, KeyFiles.LoadPublicKey(path).Fingerprint);
        Assert.Throws<KeyFileException>(() => KeyFiles.LoadSigningKey(path, new Diagnostics("tool", _stderr)));
        File.WriteAllBytes(path, new byte[100_000]);
        Assert.Throws<KeyFileException>(() => KeyFiles.LoadPublicKey(path));
    }
}
