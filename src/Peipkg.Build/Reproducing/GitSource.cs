using Peipkg.Build.Fetching;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Reproducing;

/// <summary>Fetches the tree that a <c>source_ref</c> of git names: exactly one commit, and nothing of its repository stays.</summary>
internal sealed class GitSource
{
    private const string LocalRef = "refs/peipkg/source";
    private const string TagPrefix = "refs/tags/";
    private const string NoDepth = "does not support shallow";

    // Above every attribute of the tree: files are the bytes that were committed.
    private const string Attributes = "* -text -filter -ident -working-tree-encoding\n";

    private static readonly string[] Fetch =
    [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
    ];

    private readonly GitAddress _address;
    private readonly string _directory;
    private readonly ToolContext _context;

    private GitSource(GitAddress address, string directory, ToolContext context)
    {
        _address = address;
        _directory = directory;
        _context = context;
    }

    /// <summary>Fetches.</summary>
    /// <param name="address">The repository.</param>
    /// <param name="revision">A tag as <c>refs/tags/NAME</c>, or a commit.</param>
    /// <param name="attested">The commit that the package was built from; null where nobody says it.</param>
    /// <param name="directory">An empty directory, which becomes the tree.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <returns>The commit.</returns>
    /// <exception cref="UserErrorException">It cannot be had, or is another commit by now.</exception>
    internal static string Take(
        GitAddress address,
        string revision,
        string? attested,
        string directory,
        ToolContext context
    )
    {
        bool isCommit = SourceAddress.IsCommit(revision);
        if (!isCommit && !(revision.StartsWith(TagPrefix, StringComparison.Ordinal) && revision.All(IsOfAName)))
        {
            throw new UserErrorException("its source_ref names neither a tag nor a commit");
        }

        GitSource source = new(address, directory, context);
        source.Create((isCommit ? revision : attested)?.Length == 64 ? "sha256" : "sha1");
        source.FetchObject(revision);
        string commit = source.Run(local: true, "rev-parse", "--verify", LocalRef + "^{commit}");
        if (attested is not null && attested != commit)
        {
            throw new UserErrorException(
                $"{revision} of {address} leads to the commit {commit}, and the package was built from {attested}, as its attestation says"
            );
        }

        if (
            source
                .Run(local: true, "ls-tree", "-r", "--full-tree", "--format=%(objecttype)", commit)
                .Contains("commit", StringComparison.Ordinal)
        )
        {
            throw new UserErrorException(
                "its source has submodules; fetch them, and give the package's file with --recipe and --source"
            );
        }

        source.Run(local: true, "checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules", commit);
        TreeRemoval.Remove(Path.Combine(directory, ".git"));
        return commit;
    }

    // What refspecs give a meaning of their own.
    private static bool IsOfAName(char c) =>
        !char.IsControl(c) && c is not (':' or '*' or '?' or '[' or '^' or '~' or ' ');

    private void Create(string format)
    {
        Run(local: true, "init", "--quiet", "--template=", "--initial-branch=none", "--object-format=" + format);
        string information = Directory.CreateDirectory(Path.Combine(_directory, ".git", "info")).FullName;
        File.WriteAllText(Path.Combine(information, "attributes"), Attributes);
    }

    private void FetchObject(string revision)
    {
        string[] reference = ["--", _address.Text, $"+{revision}:{LocalRef}"];
        try
        {
            Run(local: false, [.. Fetch, "--depth=1", .. reference]);
        }
        catch (UserErrorException exception) when (exception.Message.Contains(NoDepth, StringComparison.Ordinal))
        {
            Run(local: false, [.. Fetch, .. reference]);
        }
    }

    private string Run(bool local, params string[] arguments)
    {
        GitInvocation invocation = GitInvocation.Create(
            new GitSurroundings
            {
                Caller = _context.Variables,
                Directory = _directory,
                Repository = Path.Combine(_directory, ".git"),
                Address = local ? null : _address,
            },
            arguments
        );
        BoundedProgram git = new("git", invocation.Arguments)
        {
            Directory = _directory,
            Environment = invocation.Environment,
        };
        (ChildExit exit, string text) = git.Run(_context);
        return exit.IsSuccess
            ? text
            : throw new UserErrorException(
                $"{_address} cannot be fetched: {(text.Length > 0 ? text.ReplaceLineEndings("; ") : $"git {exit}")}"
            );
    }
}
