using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Checking;

/// <summary>Gets tags to try a pattern on: from a file, or by <c>git ls-remote</c> from a repository.</summary>
internal static class TagList
{
    private const int MostBytes = 64 << 20;
    private const string RefPrefix = "refs/tags/";
    private const string PeeledSuffix = "^{}";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The names of the tags, each once.</summary>
    /// <param name="source">A file with one tag a line, or as git prints them; else a repository's address.</param>
    /// <param name="context">PATH says where git is.</param>
    /// <exception cref="UserErrorException">There is neither such a file nor such a repository.</exception>
    internal static IReadOnlyList<string> Load(string source, ToolContext context)
    {
        string text =
            File.Exists(source) && new FileInfo(source).Length <= MostBytes
                ? File.ReadAllText(source)
                : Ask(source, context);
        List<string> names = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (
            string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        )
        {
            string name = line[(line.LastIndexOf('\t') + 1)..];
            name = name.StartsWith(RefPrefix, StringComparison.Ordinal) ? name[RefPrefix.Length..] : name;
            name = name.EndsWith(PeeledSuffix, StringComparison.Ordinal) ? name[..^PeeledSuffix.Length] : name;
            if (name.Length > 0 && seen.Add(name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    private static string Ask(string url, ToolContext context)
    {
        if (!url.Contains(':', StringComparison.Ordinal) && !Directory.Exists(url))
        {
            throw new UserErrorException($"--tags {url}: there is no such file, and it is not a repository's address");
        }

        string git =
            FindGit(context)
            ?? throw new UserErrorException("--tags with an address needs git, which is not on the PATH; install git");
        using BoundedOutputStream output = new(MostBytes);
        using BoundedOutputStream error = new(4096);
        string[] keep =
        [
            "PATH",
            "HOME",
            "SSH_AUTH_SOCK",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "GIT_SSL_CAINFO",
            "SSL_CERT_FILE",
        ];
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                // A server may send refs for as long as it is listened to, and git keeps them all.
                FileName = "/bin/sh",
                Arguments =
                [
                    "-c",
                    "ulimit -v 1048576; exec \"$@\"",
                    "sh",
                    git,
                    "-c",
                    "protocol.ext.allow=never",
                    "-c",
                    "http.lowSpeedLimit=1",
                    "-c",
                    "http.lowSpeedTime=30",
                    "ls-remote",
                    "--tags",
                    "--refs",
                    "--",
                    url,
                ],
                Environment =
                [
                    .. keep.Where(context.Variables.ContainsKey)
                        .Select(name => KeyValuePair.Create(name, context.Variables[name])),
                    new("LC_ALL", "C"),
                    new("GIT_TERMINAL_PROMPT", "0"),
                    new("GIT_ALLOW_PROTOCOL", "https:http:ssh:git:file"),
                    new("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
                ],
                WorkingDirectory = Path.GetFullPath("."),
                StandardOutput = output,
                StandardError = error,
                Timeout = Patience,
            },
            context.Cancellation
        );
        return output.TotalBytes > MostBytes
                ? throw new UserErrorException($"--tags {url}: there are more than {ByteCount.Text(MostBytes)} of tags")
            : exit.IsSuccess ? output.Text()
            : throw new UserErrorException($"--tags {url}: git {exit}\n{error.Text().TrimEnd()}");
    }

    private static string? FindGit(ToolContext context) =>
        context
            .Variables.GetValueOrDefault("PATH", "/usr/bin:/bin")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.GetFullPath(Path.Combine(directory, "git")))
            .FirstOrDefault(File.Exists);
}
