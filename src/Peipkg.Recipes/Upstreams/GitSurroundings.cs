namespace Peipkg.Recipes.Upstreams;

/// <summary>Where git runs, for whom, and which repository it works in.</summary>
public sealed record GitSurroundings
{
    /// <summary>The variables of whoever runs the program: proxies, keys and credential helpers are theirs.</summary>
    public required IReadOnlyDictionary<string, string> Caller { get; init; }

    /// <summary>
    /// The working directory, an absolute path. It is one that the program made and put nothing in, or the work tree of
    /// <see cref="Repository"/>: git looks there for a repository, and obeys the configuration of one that it finds.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>The repository to work in, an absolute path; null for a command that needs none.</summary>
    public string? Repository { get; init; }

    /// <summary>Whom git may talk to; null for nobody, and then it reads nobody's configuration either.</summary>
    public GitAddress? Address { get; init; }

    /// <summary>A file that takes the place of the user's own configuration; null for that.</summary>
    public string? GlobalConfiguration { get; init; }
}
