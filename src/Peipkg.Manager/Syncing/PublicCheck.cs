using System.Globalization;
using System.Net;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Syncing;

/// <summary>What a look at a served repository found.</summary>
/// <param name="Difference">What differs and why, in a sentence; null when nothing does.</param>
/// <param name="Packages">How many packages were fetched for it.</param>
internal sealed record PublicCheckResult(string? Difference, int Packages);

/// <summary>
/// Fetches a served repository as a consumer would and compares it with the generation that was synced: every document
/// byte by byte, and by its hash every package that was not fetched at an earlier look.
/// </summary>
internal sealed class PublicCheck(HttpClient client)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Looks once.</summary>
    /// <param name="baseUrl">Without a trailing slash (§6.4.1).</param>
    /// <param name="source">What was synced.</param>
    /// <param name="memory">Where the hashes of the packages seen are kept.</param>
    /// <param name="cancellation">Cancelled: the manager is stopping.</param>
    public async Task<PublicCheckResult> RunAsync(
        string baseUrl,
        SyncSource source,
        string memory,
        CancellationToken cancellation
    )
    {
        int fetched = 0;
        try
        {
            foreach (string path in Documents(source))
            {
                await CompareDocumentAsync(baseUrl, source, path, cancellation);
            }

            string seenFile = Path.Combine(memory, "seen");
            HashSet<string> seen = File.Exists(seenFile)
                ? [.. await File.ReadAllLinesAsync(seenFile, cancellation)]
                : [];
            RepositoryIndex archive = IndexDocument.Read(
                await File.ReadAllBytesAsync(
                    Path.Combine(source.Directory, RepositoryLayout.ArchiveIndex),
                    cancellation
                ),
                source.Edition
            );
            List<string> all = [];
            foreach (IndexEntry entry in archive.Packages)
            {
                string key = $"{entry.Hash} {entry.Url}";
                all.Add(key);
                if (!seen.Contains(key))
                {
                    await ComparePackageAsync(baseUrl, entry, cancellation);
                    fetched++;
                }
            }

            if (fetched > 0)
            {
                DurableFile.Write(seenFile, Encoding.UTF8.GetBytes(string.Join('\n', all) + "\n"));
            }

            return new PublicCheckResult(null, fetched);
        }
        catch (DifferenceException exception)
        {
            return new PublicCheckResult(exception.Message, fetched);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            return new PublicCheckResult($"the local copy cannot be read: {Boundary.Describe(exception)}", fetched);
        }
    }

    // Where a key or an index is, the descriptor says; both are at the conventional places in what peipkg-repo writes.
    private static IEnumerable<string> Documents(SyncSource source)
    {
        yield return RepositoryLayout.Descriptor;
        yield return RepositoryLayout.DescriptorSignature;
        foreach (string folder in (string[])[RepositoryLayout.KeyDirectory, RepositoryLayout.IndexDirectory])
        {
            string directory = Path.Combine(source.Directory, folder);
            string[] files = Directory.Exists(directory) ? Directory.GetFiles(directory) : [];
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                yield return $"{folder}/{Path.GetFileName(file)}";
            }
        }
    }

    private async Task CompareDocumentAsync(
        string baseUrl,
        SyncSource source,
        string path,
        CancellationToken cancellation
    )
    {
        byte[] expected = await File.ReadAllBytesAsync(Path.Combine(source.Directory, path), cancellation);
        string url = $"{baseUrl}/{path}";
        using MemoryStream body = new();
        await FetchAsync(url, expected.Length + (1 << 20), body, cancellation);
        if (!body.GetBuffer().AsSpan(0, (int)body.Length).SequenceEqual(expected))
        {
            throw new DifferenceException($"{url} is not what was synced: {Explain(path, body.ToArray(), source)}");
        }
    }

    private async Task ComparePackageAsync(string baseUrl, IndexEntry entry, CancellationToken cancellation)
    {
        // §6.4.6: a URL without a scheme is appended to the base.
        string url = entry.Url.StartsWith('/') ? baseUrl + entry.Url : entry.Url;
        using Sha256Hasher hash = new();
        using HashStream body = new(hash);
        try
        {
            await FetchAsync(url, entry.SizeCompressed, body, cancellation);
        }
        catch (DifferenceException exception) when (entry.Url.Contains('+', StringComparison.Ordinal))
        {
            throw new DifferenceException(exception.Message + "; does this host read a \"+\" in a path as a space?");
        }

        if (body.Count != entry.SizeCompressed || hash.Finish() != entry.Hash)
        {
            throw new DifferenceException(
                $"{url} is not the package that the index names: it has {body.Count} bytes, not {entry.SizeCompressed} of the right hash"
            );
        }
    }

    private static string Explain(string path, byte[] served, SyncSource source)
    {
        try
        {
            if (path is RepositoryLayout.ActiveIndex or RepositoryLayout.ArchiveIndex)
            {
                RepositoryIndex index = IndexDocument.Read(served, source.Edition);
                string age = index.IndexVersion.CompareTo(source.Generation) switch
                {
                    < 0 =>
                        "an older one, so a cache or an unfinished deployment holds it back, or something else serves this address",
                    > 0 => "a newer one, so another manager publishes to this address",
                    _ => "of the same number, so another manager publishes to this address or the host changes files",
                };
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"generation {index.IndexVersion} of {index.GeneratedAt}, synced was {source.Generation}; {age}"
                );
            }

            if (path == RepositoryLayout.Descriptor)
            {
                return $"a descriptor of the repository \"{DescriptorDocument.Read(served).Name}\" with other content";
            }
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            // It is not even a document of the kind.
        }

        return Encoding.UTF8.GetString(served.AsSpan(0, Math.Min(served.Length, 64))).TrimStart().StartsWith('<')
            ? "it is a web page; the host answers for files it does not have, or asks for a login"
            : $"it has {served.Length} bytes of other content";
    }

    private async Task FetchAsync(string url, long most, Stream body, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            // As it is in the index: the Uri class would tidy up dots and escapes.
            using HttpRequestMessage request = new(
                HttpMethod.Get,
                new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })
            );
            request.Headers.CacheControl = new System.Net.Http.Headers.CacheControlHeaderValue { NoCache = true };
            using HttpResponseMessage response = await client.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                limit.Token
            );
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new DifferenceException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{url} cannot be fetched: the host answers {(int)response.StatusCode} {response.ReasonPhrase}"
                    )
                );
            }

            await using Stream content = await response.Content.ReadAsStreamAsync(limit.Token);
            byte[] buffer = new byte[1 << 16];
            int count;
            for (long total = 0; (count = await content.ReadAsync(buffer, limit.Token)) > 0; )
            {
                total += count;
                if (total > most)
                {
                    throw new DifferenceException($"{url} is larger than what was synced");
                }

                await body.WriteAsync(buffer.AsMemory(0, count), limit.Token);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UriFormatException)
        {
            throw new DifferenceException($"{url} cannot be fetched: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new DifferenceException($"{url} cannot be fetched: the host took too long");
        }
    }

    private sealed class DifferenceException(string message) : Exception(message);

    /// <summary>Hashes what is written to it.</summary>
    private sealed class HashStream(Sha256Hasher hash) : WriteOnlyStream
    {
        public long Count { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.Append(buffer);
            Count += buffer.Length;
        }
    }
}
