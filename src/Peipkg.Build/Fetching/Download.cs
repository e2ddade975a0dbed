using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Fetching;

/// <summary>
/// Downloads a file with curl, which the machine's owner keeps up to date. curl reads no configuration and no passwords,
/// speaks http and https only, and is not redirected from https to http.
/// </summary>
internal static class Download
{
    // What the caller says of proxies and certificates counts.
    private static readonly string[] Inherited =
    [
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "CURL_CA_BUNDLE",
    ];

    /// <summary>Downloads a file.</summary>
    /// <param name="url">An http or https URL.</param>
    /// <param name="file">Where it goes. What is there after a failure is the caller's to remove.</param>
    /// <param name="mostBytes">The largest it may be.</param>
    /// <param name="context">PATH says where curl is.</param>
    /// <exception cref="UserErrorException">It cannot be had.</exception>
    internal static void Get(string url, string file, long mostBytes, ToolContext context)
    {
        context.Diagnostics.Step($"fetching {url}");
        bool secure = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        BoundedProgram curl = new(
            "curl",
            [
                "--disable",
                "--silent",
                "--show-error",
                "--fail",
                "--globoff",
                "--location",
                "--max-redirs",
                "5",
                "--proto",
                "=http,https",
                "--proto-redir",
                secure ? "=https" : "=http,https",
                "--connect-timeout",
                "30",
                "--speed-limit",
                "1000",
                "--speed-time",
                "60",
                "--user-agent",
                ToolContext.Program,
                "--output",
                file,
                "--url",
                url,
            ]
        )
        {
            MostBytes = mostBytes,
            Environment = context.Variables.Where(variable => Inherited.Contains(variable.Key)),
        };
        (ChildExit exit, string text) = curl.Run(context);
        if (curl.WasCut(exit, file))
        {
            throw new UserErrorException($"{url} is larger than {ByteCount.Text(mostBytes)}");
        }

        if (!exit.IsSuccess)
        {
            // "curl: (22) The requested URL returned error: 404"
            int reason = text.StartsWith("curl: (", StringComparison.Ordinal)
                ? text.IndexOf(") ", StringComparison.Ordinal) + 2
                : 0;
            throw new UserErrorException(
                $"{url} cannot be fetched: {(text.Length > 0 ? text[reason..] : $"curl {exit}")}"
            );
        }

        if (!File.Exists(file))
        {
            // curl makes no file of an empty answer.
            File.WriteAllBytes(file, []);
        }
    }
}
