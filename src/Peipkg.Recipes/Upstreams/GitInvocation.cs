using System.Globalization;

namespace Peipkg.Recipes.Upstreams;

/// <summary>
/// The words and the whole environment that git is started with, composed here for all programs. What an upstream or a
/// recipe controls (its tags, its tree, its submodules, its server's answers, the files beside it) must find no hook,
/// filter, exotic transport, prompt, option or configuration to use.
/// </summary>
/// <param name="Arguments">The arguments; never a secret, since every user of the machine can read them.</param>
/// <param name="Environment">The whole environment.</param>
public sealed record GitInvocation(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    private const string UserVariable = "PEIPKG_GIT_USER";
    private const string PasswordVariable = "PEIPKG_GIT_PASSWORD";

    // Asked for a user and a password with "get"; with "store" and "erase" it does nothing.
    private const string CredentialHelper =
        $"!f() {{ test \"$1\" != get || printf 'username=%s\\npassword=%s\\n' \"${UserVariable}\" \"${PasswordVariable}\"; }}; f";

    private static readonly string[] Settings =
    [
        // A directory that looks like a bare repository is none, unless it is named as one.
        "safe.bareRepository=explicit",
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

    // What would make git work in another repository than the one that is meant, or write secrets into traces.
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
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    ];

    /// <summary>Composes a command.</summary>
    /// <param name="surroundings">Where it runs, for whom, and in which repository.</param>
    /// <param name="arguments">The subcommand and its arguments; an address is preceded by <c>--</c>.</param>
    public static GitInvocation Create(GitSurroundings surroundings, params ReadOnlySpan<string> arguments) =>
        new([.. Settings.SelectMany(setting => (string[])["-c", setting]), .. arguments], EnvironmentOf(surroundings));

    private static Dictionary<string, string> EnvironmentOf(GitSurroundings surroundings)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach ((string name, string value) in surroundings.Caller)
        {
            if (
                !Dropped.Contains(name, StringComparer.Ordinal)
                && !name.StartsWith("GIT_TRACE", StringComparison.Ordinal)
                && (surroundings.Address is not null || !name.StartsWith("GIT_CONFIG", StringComparison.Ordinal))
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

        // A working directory inside somebody's repository must not lend git that repository's configuration.
        string? parent = Path.GetDirectoryName(surroundings.Directory);
        variables["GIT_CEILING_DIRECTORIES"] = $"{surroundings.Directory}:{parent}";
        variables["GIT_ALLOW_PROTOCOL"] = Protocols(surroundings.Address?.Transport);
        if (surroundings.Repository is { } repository)
        {
            variables["GIT_DIR"] = repository;
        }

        if (surroundings.Address is null)
        {
            variables["GIT_CONFIG_NOSYSTEM"] = "1";
            variables["GIT_CONFIG_GLOBAL"] = "/dev/null";
        }
        else if (surroundings.GlobalConfiguration is { } file)
        {
            variables["GIT_CONFIG_GLOBAL"] = file;
        }

        if (surroundings.Address is { Credentials: { } credentials } address)
        {
            AddCredentials(variables, address.Origin, credentials);
        }

        return variables;
    }

    // A server may redirect, and the user's insteadOf may prefer another way to a host, but never to this machine.
    private static string Protocols(GitTransport? transport) =>
        transport switch
        {
            null => "",
            GitTransport.File => "file",
            _ => "git:http:https:ssh",
        };

    // By a helper that git asks for this scheme, host and port only, and not by a header, which would follow redirects to
    // other hosts. An empty helper comes first, so that no other one answers for the server, or is told to store the secret.
    private static void AddCredentials(Dictionary<string, string> variables, string origin, GitCredentials credentials)
    {
        AddConfiguration(variables, $"credential.{origin}.helper", "");
        AddConfiguration(variables, $"credential.{origin}.helper", CredentialHelper);
        variables[UserVariable] = credentials.User;
        variables[PasswordVariable] = credentials.Password;
    }

    // Appended to what the user set in the same way.
    private static void AddConfiguration(Dictionary<string, string> variables, string key, string value)
    {
        int count = int.TryParse(
            variables.GetValueOrDefault("GIT_CONFIG_COUNT"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int set
        )
            ? set
            : 0;
        variables[$"GIT_CONFIG_KEY_{count}"] = key;
        variables[$"GIT_CONFIG_VALUE_{count}"] = value;
        variables["GIT_CONFIG_COUNT"] = (count + 1).ToString(CultureInfo.InvariantCulture);
    }
}
