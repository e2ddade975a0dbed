using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>GET /logs/N</c>: a build's log as plain text, whole or from an offset on, so that a page can follow it. Nothing in it
/// is ever markup, and no part is longer than <see cref="ManagerLimits.LogPartBytes"/>.
/// </summary>
internal sealed class LogPages(StateLayout layout, Redactor redactor)
{
    private const int Tail = 64 * 1024;

    /// <summary>Answers the request.</summary>
    /// <param name="context">The request; <c>?from=OFFSET</c> asks for a part.</param>
    /// <param name="attempt">The build.</param>
    /// <param name="ended">Whether it will grow no more.</param>
    public async Task WriteAsync(HttpContext context, long attempt, bool ended)
    {
        HttpResponse response = context.Response;
        if (Open(attempt) is not { } file)
        {
            await HttpServer.TextAsync(
                context,
                StatusCodes.Status404NotFound,
                "there is no such log; [retention] says how long logs are kept"
            );
            return;
        }

        await using (file)
        {
            response.ContentType = "text/plain; charset=utf-8";
            response.Headers["X-Log-Ended"] = ended ? "1" : "0";
            if (
                !long.TryParse(
                    context.Request.Query["from"],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out long from
                )
            )
            {
                await WholeAsync(file, response.Body, context.RequestAborted);
                return;
            }

            file.Position = Math.Min(from, file.Length);
            byte[] part = new byte[(int)Math.Min(ManagerLimits.LogPartBytes, file.Length - file.Position)];
            int count = await file.ReadAtLeastAsync(
                part,
                part.Length,
                throwOnEndOfStream: false,
                context.RequestAborted
            );
            count = Whole(part.AsSpan(0, count));
            response.Headers["X-Log-Next"] = (from + count).ToString(CultureInfo.InvariantCulture);
            await response.Body.WriteAsync(Clean(part.AsSpan(0, count)), context.RequestAborted);
        }
    }

    /// <summary>The end of a log, and where it ends in bytes.</summary>
    public (string Text, long End) ReadTail(long attempt)
    {
        using FileStream? file = Open(attempt);
        if (file is null)
        {
            return ("", 0);
        }

        long start = Math.Max(0, file.Length - Tail);
        file.Position = start;
        byte[] part = new byte[Tail];
        int count = WholeCharacters(part.AsSpan(0, file.ReadAtLeast(part, Tail, throwOnEndOfStream: false)));
        string text = Encoding.UTF8.GetString(part, 0, count);
        return (start == 0 ? text : "…\n" + text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..], start + count);
    }

    private async Task WholeAsync(FileStream file, Stream output, CancellationToken cancellation)
    {
        byte[] part = new byte[ManagerLimits.LogPartBytes];
        int left = 0;
        while (
            await file.ReadAtLeastAsync(
                part.AsMemory(left),
                part.Length - left,
                throwOnEndOfStream: false,
                cancellation
            )
                is > 0
                    and int read
        )
        {
            int count = Whole(part.AsSpan(0, left + read));
            await output.WriteAsync(Clean(part.AsSpan(0, count)), cancellation);
            left = left + read - count;
            part.AsSpan(count, left).CopyTo(part);
        }

        await output.WriteAsync(Clean(part.AsSpan(0, left)), cancellation);
    }

    private byte[] Clean(ReadOnlySpan<byte> part) =>
        Encoding.UTF8.GetBytes(redactor.Clean(Encoding.UTF8.GetString(part)));

    // Whole lines, so that no secret is cut in two; a line that fills a part is taken as it is.
    private static int Whole(ReadOnlySpan<byte> part) =>
        part.LastIndexOf((byte)'\n') is >= 0 and int end ? end + 1
        : part.Length < ManagerLimits.LogPartBytes ? 0
        : WholeCharacters(part);

    // A character that is cut comes with the next part; bytes that begin none do not hold it up.
    private static int WholeCharacters(ReadOnlySpan<byte> part)
    {
        for (int back = 1; back <= Math.Min(3, part.Length); back++)
        {
            byte b = part[^back];
            if (b >= 0xc0)
            {
                int needed =
                    b >= 0xf0 ? 4
                    : b >= 0xe0 ? 3
                    : 2;
                return needed > back && back < part.Length ? part.Length - back : part.Length;
            }

            if (b < 0x80)
            {
                break;
            }
        }

        return part.Length;
    }

    private FileStream? Open(long attempt)
    {
        try
        {
            return new FileStream(
                layout.LogOf(attempt),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
