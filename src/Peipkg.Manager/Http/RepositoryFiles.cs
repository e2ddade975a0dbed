using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Microsoft.Win32.SafeHandles;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>GET /repo/…</c>: the published repository for trying things out and for small farms. Nothing outside of it is
/// reachable: a name that is hidden ends the way, and what is opened must lie in the repository whatever links led there.
/// peipkg-repo makes links to its own hidden directories in the moment of a change, and a killed one leaves them.
/// </summary>
internal sealed partial class RepositoryFiles(string directory)
{
    // fcntl.h of Linux, the same on x86_64 and aarch64. A pipe would hold the request for ever.
    private const int WithoutWaiting = 0x800;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;

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
        if (Open(path) is not { } file)
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

    private FileStream? Open(string path)
    {
        if (path.Split('/').Any(name => name.Length == 0 || name[0] == '.') || path.AsSpan().ContainsAny('\0', '\\'))
        {
            return null;
        }

        using SafeFileHandle top = Open(directory, PathOnly | CloseOnExec);
        SafeFileHandle handle = Open(Path.Combine(directory, path), WithoutWaiting | CloseOnExec);
        try
        {
            if (
                !top.IsInvalid
                && !handle.IsInvalid
                && (File.GetAttributes(handle) & FileAttributes.Directory) == 0
                && RealPath(handle).StartsWith(RealPath(top) + "/", StringComparison.Ordinal)
                && new FileStream(handle, FileAccess.Read, bufferSize: 0) is { CanSeek: true } file
            )
            {
                return file;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As if it were not there.
        }

        handle.Dispose();
        return null;
    }

    // Where the kernel says that an open file is, after all links.
    private static string RealPath(SafeFileHandle file) =>
        new FileInfo(
            string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}")
        ).LinkTarget
        ?? "";

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);
}
