namespace Peipkg.Build.Tests.Support;

/// <summary>The working copy that the tests run from.</summary>
public static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Peipkg.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("the tests do not run from a working copy");
    }
}
