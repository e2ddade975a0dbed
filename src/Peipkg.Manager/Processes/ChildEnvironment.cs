namespace Peipkg.Manager.Processes;

/// <summary>What of the manager's environment its children see.</summary>
/// <param name="variables">The manager's environment.</param>
/// <param name="stateDirectory">Marks the children as this farm's.</param>
internal sealed class ChildEnvironment(IReadOnlyDictionary<string, string> variables, string stateDirectory)
{
    private static readonly string[] Plain = ["PATH", "HOME", "USER", "LOGNAME", "LANG"];

    // What systemd tells the manager is not for its children.
    private static readonly string[] Own = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"];

    /// <summary>For programs that reach out into the world with the operator's keys and proxies: everything.</summary>
    public Dictionary<string, string> Whole() =>
        new(variables.Where(variable => !Own.Contains(variable.Key)), StringComparer.Ordinal)
        {
            [Leftovers.Marker] = stateDirectory,
        };

    /// <summary>For programs that reach out into the world for strangers: the proxies, and nothing that opens a door.</summary>
    public Dictionary<string, string> Strange()
    {
        Dictionary<string, string> strange = new(StringComparer.Ordinal)
        {
            ["HOME"] = "/nonexistent",
            ["XDG_CONFIG_HOME"] = "/nonexistent",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        };
        foreach ((string name, string value) in variables)
        {
            if (name is "PATH" or "LANG" || name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase))
            {
                strange[name] = value;
            }
        }

        return strange;
    }

    /// <summary>For the launcher of a pool: what peipkg-build gets, and what the pool names.</summary>
    /// <param name="temporary">TMPDIR.</param>
    /// <param name="names">Variables of the manager's environment; those that are not there are left out.</param>
    public Dictionary<string, string> Named(string temporary, IEnumerable<string> names)
    {
        Dictionary<string, string> named = Bare(temporary);
        foreach (string name in names)
        {
            if (variables.TryGetValue(name, out string? value))
            {
                named[name] = value;
            }
        }

        return named;
    }

    /// <summary>For peipkg-build and peipkg-repo: no credential of another program.</summary>
    /// <param name="temporary">TMPDIR, inside the state directory, so that a crash leaves nothing outside of it.</param>
    public Dictionary<string, string> Bare(string temporary)
    {
        Dictionary<string, string> bare = new(StringComparer.Ordinal)
        {
            [Leftovers.Marker] = stateDirectory,
            ["TMPDIR"] = temporary,
        };
        foreach (string name in Plain)
        {
            if (variables.TryGetValue(name, out string? value))
            {
                bare[name] = value;
            }
        }

        return bare;
    }
}
