using System.Globalization;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Upstreams;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Git;

/// <summary>
/// Composes every command line and environment of git in one place. What an upstream controls (its tags, its tree, its
/// submodules, its server's answers) must find no hook, filter, exotic transport, prompt or option to use.
/// </summary>
/// <param name="program">The absolute path of git.</param>
/// <param name="environment">The manager's own environment: proxies, keys and credential helpers are the operator's.</param>
/// <param name="layout">Where generated configuration goes.</param>
internal sealed class GitCommands(string program, IReadOnlyDictionary<string, string> environment, StateLayout layout)
{
    private static readonly string[] Hardening =
    [
        "protocol.allow=never",
        "protocol.ext.allow=never",
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.attributesFile=/dev/null",
        "core.autocrlf=false",
        "core.eol=lf",
        "core.symlinks=true",
        "filter.lfs.smudge=",
        "filter.lfs.process=",
        "filter.lfs.required=false",
        "submodule.recurse=false",
        "fetch.recurseSubmodules=false",
        // Nothing else is fetched than what was asked for, from nobody else.
        "transfer.bundleURI=false",
        "fetch.uriProtocols=",
        "gc.auto=0",
        "maintenance.auto=false",
        "advice.detachedHead=false",
        // A large pack is read through a window, so that it does not count as memory.
        "core.packedGitLimit=256m",
        // A server that dribbles or stalls over http(s): under 1000 bytes a second for a minute.
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=60",
    ];

    // What would make git work in another repository than the one we mean, or write secrets into traces.
    private static readonly string[] Dropped =
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_TEMPLATE_DIR",
        "GIT_CONFIG",
        "GIT_CURL_VERBOSE",
        "GIT_SHALLOW_FILE",
        "GIT_QUARANTINE_PATH",
        "GIT_DEFAULT_HASH",
        "GIT_EDITOR",
        "GIT_PAGER",
    ];

    /// <summary>A git command.</summary>
    /// <param name="upstream">Decides the permitted transports and credentials; null permits none and reads nobody's configuration.</param>
    /// <param name="directory">Where it runs.</param>
    /// <param name="arguments">The subcommand and its arguments.</param>
    public ChildCommand Create(UpstreamUrl? upstream, string directory, params ReadOnlySpan<string> arguments)
    {
        List<string> words = [];
        foreach (string setting in Hardening)
        {
            words.Add("-c");
            words.Add(setting);
        }

        words.AddRange(arguments);
        return new ChildCommand(program, words, directory, Environment(upstream)) { Name = "git " + arguments[0] };
    }

    private Dictionary<string, string> Environment(UpstreamUrl? upstream)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach ((string name, string value) in environment)
        {
            if (
                !Dropped.Contains(name, StringComparer.Ordinal)
                && !name.StartsWith("GIT_TRACE", StringComparison.Ordinal)
                && (upstream is not null || !name.StartsWith("GIT_CONFIG", StringComparison.Ordinal))
            )
            {
                variables[name] = value;
            }
        }

        variables["GIT_TERMINAL_PROMPT"] = "0";
        variables["SSH_ASKPASS_REQUIRE"] = "never";
        variables["GIT_LFS_SKIP_SMUDGE"] = "1";
        variables["GIT_OPTIONAL_LOCKS"] = "0";
        variables["GIT_ATTR_NOSYSTEM"] = "1";
        variables["LC_ALL"] = "C";
        variables[Leftovers.Marker] = layout.Root;

        // A state directory inside somebody's repository must not lend git that repository's configuration.
        variables["GIT_CEILING_DIRECTORIES"] = $"{layout.Root}:{layout.Git}:{layout.Sources}";
        variables["GIT_ALLOW_PROTOCOL"] = Protocols(upstream?.Transport);
        if (upstream is null)
        {
            variables["GIT_CONFIG_NOSYSTEM"] = "1";
            variables["GIT_CONFIG_GLOBAL"] = "/dev/null";
        }
        else if (upstream.LocalPath is { } path)
        {
            variables["GIT_CONFIG_GLOBAL"] = TrustLocalRepository(path);
        }

        if (upstream is not null)
        {
            GitCredentials.AddTo(variables, upstream);
        }

        return variables;
    }

    // A server may redirect, and the operator's insteadOf may prefer another way to a host, but never to this machine.
    private static string Protocols(UpstreamTransport? transport) =>
        transport switch
        {
            null => "",
            UpstreamTransport.File => "file",
            _ => "git:http:https:ssh",
        };

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
