using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Transactions;

/// <summary>A document of a generation that waits for a signature.</summary>
/// <param name="Document">Its path below the root.</param>
/// <param name="Digest">What is to be signed.</param>
/// <param name="Signer">The key that is to sign.</param>
internal sealed record AwaitedSignature(string Document, Sha256Digest Digest, Fingerprint Signer)
{
    /// <summary>Reads one of a request's or a pending generation's list.</summary>
    /// <exception cref="FormatException">A value is not what it should be.</exception>
    /// <exception cref="FormatViolationException">It is not even JSON of that shape.</exception>
    internal static AwaitedSignature Read(ref StrictJsonReader json)
    {
        (string path, string hash, string key) = ("", "", "");
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("path"u8))
            {
                path = json.ReadString();
            }
            else if (json.NameIs("sha256"u8))
            {
                hash = json.ReadString();
            }
            else if (json.NameIs("key_fingerprint"u8))
            {
                key = json.ReadString();
            }
            else
            {
                json.Skip();
            }
        }

        return new AwaitedSignature(
            RepositoryLayout.IsSafePath(path)
                ? path
                : throw new FormatException($"\"{path}\" is no path in a repository"),
            Sha256Digest.TryParse(hash, out Sha256Digest digest)
                ? digest
                : throw new FormatException($"\"{hash}\" is no SHA-256 digest"),
            Fingerprint.TryParse(key, out Fingerprint signer, out string? error)
                ? signer
                : throw new FormatException(error)
        );
    }
}
