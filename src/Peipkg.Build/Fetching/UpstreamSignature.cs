using System.Text;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Fetching;

/// <summary>Verifies an upstream's detached OpenPGP signature with the machine's gpgv and the keys of the recipe.</summary>
internal static class UpstreamSignature
{
    private const int MostKeyBytes = 16 << 20;
    private const string Valid = "[GNUPG:] VALIDSIG ";

    /// <summary>Verifies a signature.</summary>
    /// <param name="archive">What is signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="recipe">The recipe's directory.</param>
    /// <param name="place">A private directory.</param>
    /// <param name="context">PATH says where gpgv is.</param>
    /// <returns>The fingerprint of the primary key that signed.</returns>
    /// <exception cref="UserErrorException">It is not valid, or no key of the recipe made it.</exception>
    internal static string Require(string archive, string signature, string recipe, string place, ToolContext context)
    {
        string keyring = Path.Combine(place, "keyring.gpg");
        File.WriteAllBytes(keyring, Keyring(Path.Combine(recipe, SourceSettings.KeyDirectory)));
        (ChildExit exit, string text) = new BoundedProgram(
            "gpgv",
            ["--homedir", place, "--status-fd", "1", "--keyring", keyring, "--", signature, archive]
        ).Run(context);
        string[] lines = text.Split('\n');
        string? valid = Array.Find(lines, line => line.StartsWith(Valid, StringComparison.Ordinal));
        return exit.IsSuccess && valid is not null
            ? valid[Valid.Length..].Trim().Split(' ')[^1]
            : throw new UserErrorException(
                "the archive's signature is not valid by a key in the recipe's directory \"keys\":\n"
                    + string.Join(
                        '\n',
                        lines
                            .Where(line => !line.StartsWith("[GNUPG:]", StringComparison.Ordinal))
                            .Select(line => $"  {line}")
                    )
            );
    }

    // gpgv reads keys in binary only, one after the other in a file.
    private static byte[] Keyring(string directory)
    {
        using MemoryStream ring = new();
        string[] files = Directory.Exists(directory) ? Directory.GetFiles(directory) : [];
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            using Stream stream = ForeignFile.OpenStream(file);
            byte[] content = new byte[Math.Min(stream.Length, MostKeyBytes)];
            stream.ReadExactly(content);
            string text = Encoding.Latin1.GetString(content);
            ring.Write(
                OpenPgpArmor.IsIn(text)
                    ? OpenPgpArmor.Decode(text)
                        ?? throw new UserErrorException($"{file} is no public key: its armor is damaged")
                    : content
            );
        }

        return ring.Length > 0
            ? ring.ToArray()
            : throw new UserErrorException(
                $"[source] has a signature, and there is no key in {directory}; put the upstream's public keys there"
            );
    }
}
