using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// A key that signs documents, or is to: of a key that is kept elsewhere only the public half is at hand, and what it
/// has to sign is noted.
/// </summary>
internal sealed class DocumentSigner : IDisposable
{
    private readonly SigningKey? _key;
    private readonly List<AwaitedSignature> _awaited = [];

    private DocumentSigner(string file, PublicKey publicKey, SigningKey? key)
    {
        File = file;
        PublicKey = publicKey;
        _key = key;
    }

    /// <summary>The key's file, as the operator named it.</summary>
    internal string File { get; }

    internal PublicKey PublicKey { get; }

    /// <summary>Names the key.</summary>
    internal Fingerprint Fingerprint => PublicKey.Fingerprint;

    /// <summary>Whether the private half is at hand.</summary>
    internal bool CanSign => _key is not null;

    /// <summary>What is still to be signed.</summary>
    internal IReadOnlyList<AwaitedSignature> Awaited => _awaited;

    /// <summary>Reads a key file, private or public.</summary>
    internal static DocumentSigner Load(string file, Diagnostics diagnostics)
    {
        (SigningKey? key, PublicKey publicKey) = KeyFiles.LoadEither(file, diagnostics);
        return new DocumentSigner(file, publicKey, key);
    }

    /// <summary>Reads a private key file.</summary>
    internal static DocumentSigner LoadPrivate(string file, Diagnostics diagnostics)
    {
        SigningKey key = KeyFiles.LoadSigningKey(file, diagnostics);
        return new DocumentSigner(file, key.PublicKey, key);
    }

    /// <summary>Signs a document's digest and writes the envelope beside it (§6.1.6), or notes that it is to be signed.</summary>
    /// <param name="stage">Gives the path to write to for a path in the repository.</param>
    /// <param name="document">The document's path below the root.</param>
    /// <param name="digest">The digest of its exact bytes.</param>
    internal void Sign(Func<string, string> stage, string document, Sha256Digest digest)
    {
        if (_key is null)
        {
            _awaited.Add(new AwaitedSignature(document, digest, Fingerprint));
        }
        else
        {
            GenerationWriter.WriteFile(
                stage(document + RepositoryLayout.SignatureSuffix),
                SignatureEnvelope.Sign(_key, digest).Write()
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key?.Dispose();
}
