using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>
/// Whose signatures on commits count: <c>allowed_signers</c> of ssh-keygen(1), and OpenPGP keys as <c>gpg --export</c>
/// writes them. git verifies with these alone, never with what the manager's user trusts.
/// </summary>
/// <param name="Ssh">The lines of all <c>allowed_signers</c> files.</param>
/// <param name="OpenPgp">The packets of all OpenPGP keys.</param>
internal sealed record CommitSigners(string Ssh, byte[] OpenPgp)
{
    /// <summary>Reads the files, each of which holds the one or the other.</summary>
    /// <exception cref="UserErrorException">One cannot be read, or holds neither.</exception>
    public static CommitSigners Read(IReadOnlyList<string> files)
    {
        StringBuilder ssh = new();
        List<byte> keys = [];
        foreach (string file in files)
        {
            byte[] content = ReadBounded(file);
            string text = Encoding.UTF8.GetString(content);
            if (content.Length > 0 && (content[0] & 0x80) != 0)
            {
                keys.AddRange(content);
            }
            else if (OpenPgpArmor.IsIn(text))
            {
                keys.AddRange(OpenPgpArmor.Decode(text) ?? throw Useless(file, "its armour is damaged"));
            }
            else if (text.Split('\n').Any(line => line.Trim() is { Length: > 0 } words && words[0] != '#'))
            {
                ssh.Append(text).Append('\n');
            }
            else
            {
                throw Useless(file, "it names nobody");
            }
        }

        return new CommitSigners(ssh.ToString(), [.. keys]);
    }

    /// <summary>Writes what git needs, and says it to git in variables.</summary>
    /// <param name="directory">A directory of the manager's own; what is there is replaced.</param>
    public IReadOnlyDictionary<string, string> Install(string directory)
    {
        TreeRemoval.Remove(directory);
        string home = Path.Combine(directory, "gnupg");
        string allowed = Path.Combine(directory, "allowed_signers");
        string ring = Path.Combine(home, "signers.gpg");
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(allowed, Ssh);
        File.WriteAllBytes(ring, OpenPgp);
        File.WriteAllText(
            Path.Combine(home, "gpg.conf"),
            $"no-default-keyring\nkeyring \"{ring}\"\ntrust-model always\nno-auto-key-retrieve\nno-autostart\n"
        );
        return Variables(
            home,
            ("gpg.ssh.allowedSignersFile", allowed),
            // Good, and of somebody who is listed: git takes a good signature of anybody else by default.
            ("gpg.minTrustLevel", "fully"),
            ("gpg.x509.program", "/bin/false")
        );
    }

    private static Dictionary<string, string> Variables(string home, params (string Key, string Value)[] settings)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal)
        {
            ["GNUPGHOME"] = home,
            ["GIT_CONFIG_COUNT"] = settings.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        for (int i = 0; i < settings.Length; i++)
        {
            variables[$"GIT_CONFIG_KEY_{i}"] = settings[i].Key;
            variables[$"GIT_CONFIG_VALUE_{i}"] = settings[i].Value;
        }

        return variables;
    }

    private static byte[] ReadBounded(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            byte[] buffer = new byte[ManagerLimits.SignersBytes + 1];
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length > ManagerLimits.SignersBytes
                ? throw Useless(file, "it is larger than 1 MiB")
                : buffer[..length];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{file} cannot be read: {exception.Message}", exception);
        }
    }

    private static UserErrorException Useless(string file, string why) =>
        new(
            $"{file}: {why}; write an allowed_signers file (ssh-keygen(1)), or OpenPGP keys as \"gpg --export --armor\" does"
        );
}
