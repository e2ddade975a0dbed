using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;
using Peipkg.Recipes.Upstreams;

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

    private static string Ask(string source, ToolContext context)
    {
        bool isDirectory = Directory.Exists(source);
        if (!isDirectory && !source.Contains(':', StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"--tags {source}: there is no such file, and it is not a repository's address"
            );
        }

        if (
            !GitAddress.TryParse(
                isDirectory ? Path.GetFullPath(source) : source,
                out GitAddress address,
                out string? fault
            )
        )
        {
            // The text is not repeated: what was not understood may hold a password.
            throw new UserErrorException($"--tags: {fault}");
        }

        string git =
            ProgramPath.Find("git", context)
            ?? throw new UserErrorException("--tags with an address needs git, which is not on the PATH; install git");

        // git obeys a repository that it finds where it runs, and the recipe's directory is its author's.
        string empty = Directory.CreateTempSubdirectory("peipkg-check-").FullName;
        try
        {
            return List(git, address, empty, context);
        }
        finally
        {
            Directory.Delete(empty, recursive: true);
        }
    }

    private static string List(string git, GitAddress address, string directory, ToolContext context)
    {
        Dictionary<string, string> caller = new(context.Variables, StringComparer.Ordinal);
        caller.TryAdd("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        GitInvocation invocation = GitInvocation.Create(
            new GitSurroundings
            {
                Caller = caller,
                Directory = directory,
                Address = address,
            },
            "ls-remote",
            "--tags",
            "--refs",
            "--",
            address.Text
        );
        using BoundedOutputStream output = new(MostBytes);
        using BoundedOutputStream error = new(4096);
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                // A server may send refs for as long as it is listened to, and git keeps them all.
                FileName = "/bin/sh",
                Arguments = ["-c", "ulimit -v 1048576; exec \"$@\"", "sh", git, .. invocation.Arguments],
                Environment = invocation.Environment,
                WorkingDirectory = directory,
                StandardOutput = output,
                StandardError = error,
                Timeout = Patience,
            },
            context.Cancellation
        );
        return output.TotalBytes > MostBytes
                ? throw new UserErrorException(
                    $"--tags {address}: there are more than {ByteCount.Text(MostBytes)} of tags"
                )
            : exit.IsSuccess ? output.Text()
            : throw new UserErrorException($"--tags {address}: git {exit}\n{error.Text().TrimEnd()}");
    }
}
