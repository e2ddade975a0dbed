using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Git;

namespace Peipkg.Manager.Tests.Git;

public sealed class CommitSignersTests : IDisposable
{
    private const string Key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmAECAw==\n-----END PGP PUBLIC KEY BLOCK-----\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Files_of_both_kinds_are_put_together()
    {
        CommitSigners signers = CommitSigners.Read([
            Written("allowed", "# of the farm\nme@example.org ssh-ed25519 AAAA\n"u8),
            Written("key.asc", Encoding.UTF8.GetBytes(Key)),
            Written("key.gpg", [0x98, 4, 5]),
        ]);
        Assert.Contains("me@example.org ssh-ed25519 AAAA", signers.Ssh, StringComparison.Ordinal);
        Assert.Equal([0x98, 1, 2, 3, 0x98, 4, 5], signers.OpenPgp);
    }

    [Fact]
    public void What_names_nobody_is_refused()
    {
        Refused(Written("nobody", "# nobody\n"u8), "it names nobody");
        Refused(
            Written("damaged", Encoding.UTF8.GetBytes(Key.Replace("mA", "m*", StringComparison.Ordinal))),
            "its armour is damaged"
        );
        Refused(Written("large", new byte[(1 << 20) + 1]), "it is larger than 1 MiB");
        Refused(_directory["absent"], "cannot be read");
    }

    private static void Refused(string file, string why) =>
        Assert.Contains(
            why,
            Assert.Throws<UserErrorException>(() => CommitSigners.Read([file])).Message,
            StringComparison.Ordinal
        );

    private string Written(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(_directory[name], content);
        return _directory[name];
    }
}
