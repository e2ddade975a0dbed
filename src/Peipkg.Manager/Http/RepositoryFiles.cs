using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>GET /repo/…</c>: the published repository for trying things out and for small farms. Nothing outside of it is
/// reachable: names are taken one by one, and one that is a link, hidden or special ends the way.
/// </summary>
internal sealed class RepositoryFiles(string directory)
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".json"] = "application/json", [".html"] = "text/html; charset=utf-8", [".css"] = "text/css", [".js"] = "text/javascript",
        [".svg"] = "image/svg+xml", [".pub"] = "text/plain; charset=utf-8", [".pem"] = "text/plain; charset=utf-8",
    };

    /// <summary>Answers the request, parts of files too.</summary>
    public async Task WriteAsync(HttpContext context, string path)
    {
        if (Find(path) is not { } file)
        {
            await HttpServer.TextAsync(context, StatusCodes.Status404NotFound, "the repository has no such file");
            return;
        }

        // What is named by its content never changes; everything else may with the next generation.
        bool immutable = file.Extension == ".peipkg" || path.StartsWith("keys/", StringComparison.Ordinal);
        context.Response.Headers.CacheControl = immutable ? "public, max-age=31536000, immutable" : "public, max-age=60";
        EntityTagHeaderValue tag = new($"\"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}\"");
        await Results.File(
            file.FullName,
            Types.GetValueOrDefault(file.Extension, "application/octet-stream"),
            lastModified: file.LastWriteTimeUtc,
            entityTag: tag,
            enableRangeProcessing: true).ExecuteAsync(context);
    }

    private FileInfo? Find(string path)
    {
        string place = directory;
        string[] names = path.Split('/');
        if (names[^1].Length == 0)
        {
            names[^1] = "index.html";
        }

        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i];
            if (name.Length == 0 || name[0] == '.' || name.AsSpan().ContainsAny('\0', '\\'))
            {
                return null;
            }

            place = Path.Combine(place, name);
            FileSystemInfo found = i < names.Length - 1 ? new DirectoryInfo(place) : new FileInfo(place);
            if (!found.Exists || (found.Attributes & FileAttributes.ReparsePoint) != 0)
            {
                return null;
            }
        }

        // A pipe would hold the request for ever.
        return IsRegular(place) ? new FileInfo(place) : null;
    }

    private static bool IsRegular(string path) =>
        (File.GetAttributes(path) & (FileAttributes.Device | FileAttributes.Directory)) == 0;
}
