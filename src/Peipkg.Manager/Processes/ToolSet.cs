using Peipkg.CommandLine.Reporting;

namespace Peipkg.Manager.Processes;

/// <summary>The programs this farm runs, as absolute paths resolved at start.</summary>
/// <param name="Git">git.</param>
/// <param name="Build">peipkg-build.</param>
/// <param name="Repo">peipkg-repo.</param>
/// <param name="Sync">rclone and rsync, by name, as far as a target needs them.</param>
internal sealed record ToolSet(string Git, string Build, string Repo, IReadOnlyDictionary<string, string> Sync)
{
    /// <summary>Finds all of them.</summary>
    /// <param name="finder">Where to look.</param>
    /// <param name="syncPrograms">The programs of the configured upload backends.</param>
    /// <exception cref="UserErrorException">Some are missing: all of those.</exception>
    public static ToolSet Resolve(ProgramFinder finder, IEnumerable<string> syncPrograms)
    {
        List<string> missing = [];
        ToolSet tools = new(
            Find("git"),
            Find("peipkg-build"),
            Find("peipkg-repo"),
            syncPrograms.ToDictionary(name => name, Find, StringComparer.Ordinal)
        );
        if (missing.Count > 0)
        {
            throw new UserErrorException(
                string.Join(
                    '\n',
                    missing.Select(name =>
                        $"{name} was found neither on PATH nor in {finder.OwnDirectory}; install it or put it there"
                    )
                )
            );
        }

        return tools;

        string Find(string name)
        {
            string? path = finder.Find(name);
            if (path is null)
            {
                missing.Add(name);
            }

            return path ?? "";
        }
    }
}
