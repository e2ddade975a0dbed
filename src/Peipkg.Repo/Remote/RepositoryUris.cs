using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Remote;

/// <summary>The addresses of a repository's files as an HTTP client takes them.</summary>
internal static class RepositoryUris
{
    /// <summary>Where a URL of a document leads (§6.4.5).</summary>
    /// <param name="address">The repository.</param>
    /// <param name="url">A URL of the descriptor or an index.</param>
    /// <param name="document">Where the document that holds it lies.</param>
    /// <exception cref="IOException">It leads nowhere that can be fetched.</exception>
    internal static Uri Locate(this RepositoryAddress address, string url, Uri document) =>
        Uri.TryCreate(address.Resolve(url, document.AbsoluteUri), UriKind.Absolute, out Uri? uri)
            ? uri
            : throw new IOException($"{url} is no address that can be fetched");

    /// <summary>Where a conventional file lies.</summary>
    /// <param name="address">The repository.</param>
    /// <param name="path">Its path below the base, without slash at the beginning.</param>
    internal static Uri LocateConventional(this RepositoryAddress address, string path) =>
        Uri.TryCreate(address.Conventional(path), UriKind.Absolute, out Uri? uri)
            ? uri
            : throw new IOException($"{address} is no address that can be fetched");
}
