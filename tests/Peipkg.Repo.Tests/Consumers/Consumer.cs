using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Tests.Consumers;

/// <summary>How adding or refreshing a repository ended.</summary>
internal enum Refresh
{
    /// <summary>There is a newer generation, and it is trusted.</summary>
    News,

    /// <summary>What is there is what was seen before: nothing is wrong, and nothing is proved (§6.2.3).</summary>
    NoNews,

    /// <summary>What is there is not accepted; what was trusted before still is.</summary>
    Rejected,
}

/// <summary>
/// A consumer by the letter of §6.5, §6.1.4 and §6.2.3, with the policy "required". It shares with the tools nothing but
/// the readers of the documents: who trusts what, and when, is written down here a second time.
/// </summary>
/// <param name="fetch">Gets a file by its URL below the repository's base; null where there is none.</param>
internal sealed class Consumer(Func<string, byte[]?> fetch)
{
    private Dictionary<Fingerprint, PublicKey> _keys = [];

    /// <summary>The trusted descriptor; null before the repository was added.</summary>
    internal Descriptor? Descriptor { get; private set; }

    internal RepositoryIndex? Active { get; private set; }

    internal RepositoryIndex? Archive { get; private set; }

    /// <summary>The highest index_version ever seen, or the one that was told with the fingerprints.</summary>
    internal ulong Floor { get; private set; }

    /// <summary>When something new was last seen.</summary>
    internal Timestamp? LastSuccess { get; private set; }

    /// <summary>Why the last attempt was rejected.</summary>
    internal string Reason { get; private set; } = "";

    /// <summary>Adds the repository (§6.5.2).</summary>
    /// <param name="now">The consumer's clock.</param>
    /// <param name="anchors">The fingerprints that its user was told.</param>
    /// <param name="floor">The least acceptable index_version that was told with them.</param>
    internal Refresh Add(Timestamp now, IReadOnlyList<Fingerprint> anchors, ulong floor = 0)
    {
        Assert.Null(Descriptor);
        Floor = floor;
        return Attempt(() =>
        {
            Dictionary<Fingerprint, PublicKey> anchored = [];
            foreach (Fingerprint anchor in anchors)
            {
                if (fetch($"/keys/{anchor.Text}.pub") is { } file)
                {
                    anchored[anchor] = Key(file, anchor);
                }
            }

            return Accept(now, anchored);
        });
    }

    /// <summary>Refreshes (§6.5.4).</summary>
    /// <param name="now">The consumer's clock.</param>
    internal Refresh Update(Timestamp now)
    {
        Descriptor trusted = Descriptor ?? throw new InvalidOperationException("The repository was not added.");
        return Attempt(() =>
            Accept(
                now,
                _keys
                    .Where(key => Counts(trusted, key.Key, now) is null)
                    .ToDictionary(static key => key.Key, static key => key.Value)
            )
        );
    }

    /// <summary>The bytes of a package, if they are the ones that the index promises.</summary>
    internal byte[] Fetch(IndexEntry entry)
    {
        byte[] package = fetch(entry.Url) ?? throw new RejectedException($"there is no {entry.Url}");
        return package.Length == entry.SizeCompressed && Sha256Digest.Of(package) == entry.Hash
            ? package
            : throw new RejectedException($"{entry.Url} is not what the index promises");
    }

    /// <summary>Why a key's signature does not count at a time; null when it does.</summary>
    private static string? Counts(Descriptor descriptor, Fingerprint signer, Timestamp now)
    {
        DescriptorKey? key = descriptor.Keys.SingleOrDefault(listed => listed.Fingerprint == signer);
        return key?.Status switch
        {
            null => "is not listed",
            KeyStatus.Active => null,
            KeyStatus.Transitioning => now.UnixSeconds <= key.ValidUntil!.Value.UnixSeconds
                ? null
                : "is past its valid_until",
            _ => "is revoked",
        };
    }

    private static PublicKey Key(byte[] file, Fingerprint fingerprint)
    {
        PublicKey key = PublicKey.Load(file, "a key");
        return key.Fingerprint == fingerprint
            ? key
            : throw new RejectedException($"the file of {fingerprint} holds another key");
    }

    private Refresh Attempt(Func<Refresh> attempt)
    {
        try
        {
            Reason = "";
            return attempt();
        }
        catch (Exception error) when (error is RejectedException or FormatViolationException or KeyFileException)
        {
            Reason = error.Message;
            return Refresh.Rejected;
        }
    }

    /// <summary>Everything is judged before anything is remembered.</summary>
    private Refresh Accept(Timestamp now, Dictionary<Fingerprint, PublicKey> known)
    {
        byte[] bytes = Get("/repo.json");
        SignatureEnvelope envelope = SignatureEnvelope.Read(Get("/repo.json.sig"));
        if (!known.TryGetValue(envelope.KeyFingerprint, out PublicKey? signer))
        {
            throw new RejectedException($"repo.json is signed with {envelope.KeyFingerprint}, which is not trusted");
        }

        Require(envelope, signer, bytes, "repo.json");
        Descriptor descriptor = DescriptorDocument.Read(bytes);
        RequireCounts(descriptor, envelope.KeyFingerprint, now, "repo.json");

        Dictionary<Fingerprint, PublicKey> keys = [];
        foreach (DescriptorKey listed in descriptor.Keys.Where(static key => key.Status != KeyStatus.Revoked))
        {
            keys[listed.Fingerprint] = Key(Get(listed.Url), listed.Fingerprint);
        }

        RepositoryIndex active = ReadIndex(descriptor, descriptor.Active, IndexKind.Active, keys, now);
        RepositoryIndex archive = ReadIndex(descriptor, descriptor.Archive, IndexKind.Archive, keys, now);
        if ((active.IndexVersion, active.GeneratedAt) != (archive.IndexVersion, archive.GeneratedAt))
        {
            throw new RejectedException("the two indexes are of different generations");
        }

        bool isNew =
            Active is null || active.IndexVersion != Active.IndexVersion || active.GeneratedAt != Active.GeneratedAt;
        (Descriptor, _keys, Active, Archive, Floor) = (descriptor, keys, active, archive, active.IndexVersion);
        LastSuccess = isNew ? now : LastSuccess;
        return isNew ? Refresh.News : Refresh.NoNews;
    }

    private RepositoryIndex ReadIndex(
        Descriptor descriptor,
        IndexPointers place,
        IndexKind kind,
        Dictionary<Fingerprint, PublicKey> keys,
        Timestamp now
    )
    {
        byte[] bytes = Get(place.Url);
        SignatureEnvelope envelope = SignatureEnvelope.Read(Get(place.SignatureUrl));
        RequireCounts(descriptor, envelope.KeyFingerprint, now, place.Url);
        Require(envelope, keys[envelope.KeyFingerprint], bytes, place.Url);
        RepositoryIndex index = IndexDocument.Read(bytes);
        if (index.Kind != kind || index.Repo != descriptor.Name)
        {
            throw new RejectedException($"{place.Url} is the {index.Kind} index of {index.Repo}");
        }

        if (index.IndexVersion < Floor)
        {
            throw new RejectedException(
                $"{place.Url} goes back to index_version {index.IndexVersion}; {Floor} was there before"
            );
        }

        return Active is { } before && index.GeneratedAt.UnixSeconds < before.GeneratedAt.UnixSeconds
            ? throw new RejectedException($"{place.Url} goes back to {index.GeneratedAt}")
            : index;
    }

    private static void RequireCounts(Descriptor descriptor, Fingerprint signer, Timestamp now, string document)
    {
        if (Counts(descriptor, signer, now) is { } reason)
        {
            throw new RejectedException($"the key {signer} that signed {document} {reason}");
        }
    }

    private static void Require(SignatureEnvelope envelope, PublicKey signer, byte[] bytes, string document)
    {
        if (!envelope.Verifies(signer, bytes.AsSpan()))
        {
            throw new RejectedException($"{document} is not what its signature signs");
        }
    }

    private byte[] Get(string url) => fetch(url) ?? throw new RejectedException($"there is no {url}");
}

/// <summary>What is there is not to be trusted, or not there.</summary>
internal sealed class RejectedException(string message) : Exception(message);
