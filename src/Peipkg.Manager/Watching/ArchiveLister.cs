using System.Net;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Watching;

/// <summary>
/// Lists the archives on an upstream's page. An archive stands for what <c>peipkg.lock</c> says that it holds, so that one
/// that was exchanged is noticed as a moved tag is; one that is not locked yet stands for nothing.
/// </summary>
/// <param name="client">Asks.</param>
/// <param name="timeout">How long the whole answer may take.</param>
internal sealed class ArchiveLister(HttpClient client, Func<TimeSpan> timeout)
{
    /// <exception cref="UpstreamException">The server did not answer, or with something that is no page.</exception>
    /// <exception cref="Peipkg.Recipes.Toml.RecipeException">The lock has mistakes.</exception>
    public async Task<IReadOnlyList<ListedTag>> ListAsync(
        Upstream upstream,
        string recipeDirectory,
        CancellationToken cancellation
    )
    {
        SourceLock known = SourceLock.Load(recipeDirectory);
        byte[] page = await GetAsync(new Uri(upstream.Address), cancellation);
        return
        [
            .. ListingPage
                .Names(page, upstream.TagPattern)
                .Select(name =>
                {
                    string digest = known.Find(upstream.TagPattern.UpstreamOf(name)!)?.Sha256.ToString() ?? "";
                    return new ListedTag(name, digest, digest);
                }),
        ];
    }

    private async Task<byte[]> GetAsync(Uri address, CancellationToken cancellation)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(timeout());
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(
                address,
                HttpCompletionOption.ResponseHeadersRead,
                late.Token
            );
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new UpstreamException(
                    $"{address} cannot be listed: the server answers HTTP {(int)answer.StatusCode}"
                );
            }

            await using Stream body = await answer.Content.ReadAsStreamAsync(late.Token);
            using MemoryStream page = new();
            byte[] buffer = new byte[64 << 10];
            while (await body.ReadAsync(buffer, late.Token) is int read and > 0)
            {
                if (page.Length + read > ManagerLimits.ListingBytes)
                {
                    throw new UpstreamException(
                        $"{address} cannot be listed: it is larger than {ManagerLimits.ListingBytes >> 20} MiB"
                    );
                }

                await page.WriteAsync(buffer.AsMemory(0, read), late.Token);
            }

            return page.ToArray();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UpstreamException($"{address} cannot be listed: it took longer than {timeout().TotalSeconds:0}s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new UpstreamException($"{address} cannot be listed: {exception.Message}", exception);
        }
    }
}
