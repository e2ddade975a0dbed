namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>The real programs: from PEIPKG_BUILD and PEIPKG_REPO, or as tests/run.sh publishes them.</summary>
internal static class Tools
{
    /// <summary>The root of the sources.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The program as it is shipped where PEIPKG_MANAGER names it, which starts in a tenth of the time; else the one beside the
    /// tests, which is always of the same sources.
    /// </summary>
    public static string Manager { get; } =
        Environment.GetEnvironmentVariable("PEIPKG_MANAGER") is { Length: > 0 } path
            ? path
            : Path.Combine(AppContext.BaseDirectory, "peipkg-manager");

    public static string Build => Find("PEIPKG_BUILD", "peipkg-build");

    public static string Repo => Find("PEIPKG_REPO", "peipkg-repo");

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Peipkg.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? "/";
    }

    private static string Find(string variable, string name)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path)
        {
            return path;
        }

        string published = Path.Combine(Root, "artifacts", "bin", name);
        return File.Exists(published)
            ? published
            : throw new InvalidOperationException(
                $"{published} is not there; tests/run.sh publishes it, or set {variable}"
            );
    }
}
