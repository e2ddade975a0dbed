using System.Globalization;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>Where git runs: a directory of the manager's own, and the repository that it works in.</summary>
/// <param name="Directory">The working directory.</param>
/// <param name="Repository">The repository, whose work tree that is; null for a command that needs none.</param>
internal sealed record GitPlace(string Directory, string? Repository = null)
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Added to the environment.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = None;
}

/// <summary>Makes the manager's git commands of what <see cref="GitInvocation"/> composes.</summary>
/// <param name="program">The absolute path of git.</param>
/// <param name="environment">The manager's own environment: proxies, keys and credential helpers are the operator's.</param>
/// <param name="layout">Where generated configuration goes.</param>
internal sealed class GitCommands(string program, IReadOnlyDictionary<string, string> environment, StateLayout layout)
{
    /// <summary>A git command.</summary>
    /// <param name="upstream">Decides the permitted transports and credentials; null permits none and reads nobody's configuration.</param>
    /// <param name="place">Where it runs.</param>
    /// <param name="arguments">The subcommand and its arguments.</param>
    public ChildCommand Create(GitAddress? upstream, GitPlace place, params ReadOnlySpan<string> arguments)
    {
        GitInvocation invocation = GitInvocation.Create(
            new GitSurroundings
            {
                Caller = environment,
                Directory = place.Directory,
                Repository = place.Repository,
                Address = upstream,
                GlobalConfiguration = upstream?.LocalPath is { } path ? TrustLocalRepository(path) : null,
            },
            arguments
        );
        Dictionary<string, string> variables = new(invocation.Environment, StringComparer.Ordinal)
        {
            [Leftovers.Marker] = layout.Root,
        };
        foreach ((string name, string value) in place.Variables)
        {
            variables[name] = value;
        }

        return new ChildCommand(program, invocation.Arguments, place.Directory, variables)
        {
            Name = "git " + arguments[0],
        };
    }

    // Command-line settings do not reach the upload-pack that git starts for a local repository, a global file does.
    private string TrustLocalRepository(string path)
    {
        StringBuilder text = new();
        string home = environment.GetValueOrDefault("HOME", "/");
        string[] included = environment.TryGetValue("GIT_CONFIG_GLOBAL", out string? global)
            ? [global]
            :
            [
                Path.Combine(
                    environment.GetValueOrDefault("XDG_CONFIG_HOME", Path.Combine(home, ".config")),
                    "git",
                    "config"
                ),
                Path.Combine(home, ".gitconfig"),
            ];
        text.Append("[include]\n");
        foreach (string file in included.Where(file => file.Length > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"\tpath = {Quote(file)}\n");
        }

        string directory = path.TrimEnd('/');
        text.Append("[safe]\n");
        foreach (string safe in (string[])[directory, directory + "/.git", directory + ".git"])
        {
            text.Append(CultureInfo.InvariantCulture, $"\tdirectory = {Quote(safe)}\n");
        }

        byte[] content = Encoding.UTF8.GetBytes(text.ToString());
        string target = Path.Combine(layout.Git, Sha256Digest.Of(content) + ".config");
        if (!File.Exists(target))
        {
            DurableFile.Write(target, content);
        }

        return target;
    }

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
