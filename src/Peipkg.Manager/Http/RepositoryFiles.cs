using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Microsoft.Win32.SafeHandles;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>GET /repo/…</c>: the published repository for trying things out and for small farms. Nothing outside of it is
/// reachable: a name that is hidden ends the way, and what is opened must lie in the repository whatever links led there.
/// peipkg-repo makes links to its own hidden directories in the moment of a change, and a killed one leaves them.
/// </summary>
internal sealed class RepositoryFiles(string directory)
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".json"] = "application/json",
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css",
        [".js"] = "text/javascript",
        [".svg"] = "image/svg+xml",
        [RepositoryLayout.KeyExtension] = "text/plain; charset=utf-8",
        [".pem"] = "text/plain; charset=utf-8",
    };

    /// <summary>From the smallest to the largest, as indexes come out.</summary>
    private static readonly (string Coding, string Suffix)[] Codings =
    [
        ("zstd", ".zst"),
        ("br", ".br"),
        ("gzip", ".gz"),
    ];

    /// <summary>Answers the request, parts of files too.</summary>
    public async Task WriteAsync(HttpContext context, string path)
    {
        if (path.Length == 0 && context.Request.Path.Value?.EndsWith('/') == false)
        {
            // The pages' links are relative to it.
            context.Response.Redirect("/repo/", permanent: true);
            return;
        }

        path = path.EndsWith('/') || path.Length == 0 ? path + RepositoryLayout.SiteFront : path;
        bool mayBeCompressed = Path.GetExtension(path) is ".json" or ".html" or ".css" or ".js" or ".svg";
        string? coding = null;
        FileStream? file = null;
        if (mayBeCompressed)
        {
            context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
            (coding, file) = Coded(context.Request, path);
        }

        file ??= Open(path);
        if (file is null)
        {
            await HttpServer.TextAsync(context, StatusCodes.Status404NotFound, "the repository has no such file");
            return;
        }

        await using (file)
        {
            // What is named by its content never changes; everything else may with the next generation.
            string extension = Path.GetExtension(path);
            bool immutable =
                extension == PackageFileName.Extension
                || path.StartsWith(RepositoryLayout.KeyDirectory + "/", StringComparison.Ordinal);
            context.Response.Headers.CacheControl = immutable
                ? "public, max-age=31536000, immutable"
                : "public, max-age=60";
            if (coding is not null)
            {
                context.Response.Headers.ContentEncoding = coding;
            }

            DateTime changed = File.GetLastWriteTimeUtc(file.SafeFileHandle);
            await Results
                .Stream(
                    file,
                    Types.GetValueOrDefault(extension, "application/octet-stream"),
                    lastModified: changed,
                    entityTag: new EntityTagHeaderValue($"\"{changed.Ticks:x}-{file.Length:x}\""),
                    enableRangeProcessing: true
                )
                .ExecuteAsync(context);
        }
    }

    /// <summary>The compressed copy that the client would rather have; a document's copy is of its own generation.</summary>
    private (string? Coding, FileStream? File) Coded(HttpRequest request, string path)
    {
        IList<StringWithQualityHeaderValue> accepted = request.GetTypedHeaders().AcceptEncoding;
        foreach ((string coding, string suffix) in Codings)
        {
            if (
                accepted.Any(value =>
                    value.Value.Equals(coding, StringComparison.OrdinalIgnoreCase) && value.Quality != 0
                ) && Open(path + suffix) is { } file
            )
            {
                return (coding, file);
            }
        }

        return (null, null);
    }

    private FileStream? Open(string path)
    {
        if (path.Split('/').Any(name => name.Length == 0 || name[0] == '.') || path.AsSpan().ContainsAny('\0', '\\'))
        {
            return null;
        }

        try
        {
            using DirectoryHandle top = DirectoryHandle.Open(directory);
            SafeFileHandle handle = ForeignFile.Open(Path.Combine(directory, path));
            if (RealPath.Of(handle).StartsWith(top.Location + "/", StringComparison.Ordinal))
            {
                return new FileStream(handle, FileAccess.Read, bufferSize: 0);
            }

            handle.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As if it were not there.
        }

        return null;
    }
}
