using System.Net;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Tests.Syncing;

/// <summary>A consumer: fetches the descriptor, then the index, then what the index names, and believes only signatures (§6.5.4).</summary>
internal static class Reader
{
    /// <summary>Reads once.</summary>
    /// <param name="fetch">Fetches a path that begins with a slash; null when there is nothing.</param>
    /// <returns>The generation.</returns>
    /// <exception cref="TornException">Something is missing or does not verify.</exception>
    public static ulong Read(Func<string, byte[]?> fetch)
    {
        Descriptor descriptor = DescriptorDocument.Read(Get(fetch, "/repo.json"));
        PublicKey[] keys =
        [
            .. descriptor
                .Keys.Where(k => k.Status != KeyStatus.Revoked)
                .Select(k => PublicKey.Load(Get(fetch, k.Url), k.Url)),
        ];
        Verify(fetch, "/repo.json", keys);
        RepositoryIndex active = IndexDocument.Read(Verify(fetch, descriptor.Active.Url, keys));
        foreach (IndexEntry entry in active.Packages)
        {
            byte[] package = Get(fetch, entry.Url);
            if (Sha256Digest.Of(package) != entry.Hash)
            {
                throw new TornException($"{entry.Url} has another hash");
            }
        }

        return active.IndexVersion;
    }

    /// <summary>The same, and fetches again what does not fit together, for a while, as a consumer does.</summary>
    public static ulong ReadPatiently(Func<string, byte[]?> fetch)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return Read(fetch);
            }
            catch (Exception exception) when (tries < 200 && exception is TornException or FormatViolationException)
            {
                Thread.Sleep(25);
            }
        }
    }

    public static Func<string, byte[]?> Folder(string directory) =>
        path =>
        {
            try
            {
                return File.ReadAllBytes(directory + path);
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        };

    /// <summary>What the link leads to at this moment.</summary>
    public static Func<string, byte[]?> Link(string link) =>
        Folder(Directory.ResolveLinkTarget(link, returnFinalTarget: true)!.FullName);

    /// <summary>What the branch shows at this moment.</summary>
    public static Func<string, byte[]?> Branch(string repository, string branch)
    {
        string commit;
        using (LibGit2Sharp.Repository git = new(repository))
        {
            commit = git.Branches[branch].Tip.Sha;
        }

        return path =>
        {
            using LibGit2Sharp.Repository git = new(repository);
            if (((LibGit2Sharp.Commit)git.Lookup(commit))[path[1..]]?.Target is not LibGit2Sharp.Blob blob)
            {
                return null;
            }

            using MemoryStream content = new();
            using Stream stream = blob.GetContentStream();
            stream.CopyTo(content);
            return content.ToArray();
        };
    }

    public static Func<string, byte[]?> Web(HttpClient client, string url) =>
        path =>
        {
            try
            {
                using HttpResponseMessage answer = client.GetAsync(new Uri(url + path)).GetAwaiter().GetResult();
                return answer.StatusCode == HttpStatusCode.OK
                    ? answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult()
                    : null;
            }
            catch (HttpRequestException)
            {
                // s3rver replaces an object while it is being sent; real stores do not, but connections do break.
                return null;
            }
        };

    private static byte[] Verify(Func<string, byte[]?> fetch, string path, PublicKey[] keys)
    {
        byte[] document = Get(fetch, path);
        SignatureEnvelope signature = SignatureEnvelope.Read(Get(fetch, path + ".sig"));
        return keys.Any(key => key.Fingerprint == signature.KeyFingerprint && signature.Verifies(key, document))
            ? document
            : throw new TornException($"the signature of {path} does not hold");
    }

    private static byte[] Get(Func<string, byte[]?> fetch, string path) =>
        fetch(path) ?? throw new TornException($"{path} is missing");
}

/// <summary>What was read does not fit together.</summary>
internal sealed class TornException(string message) : Exception(message);
