using Mono.Cecil;

namespace Peipkg.Architecture.Tests;

/// <summary>The compiled product: every assembly of <c>src/</c>, lowest layer first, and where its source is.</summary>
internal static class Product
{
    /// <summary>The order of the layers: an assembly may use those before it, never one after it.</summary>
    internal static readonly string[] Projects =
    [
        "Peipkg.Posix",
        "Peipkg.Format",
        "Peipkg.Recipes",
        "Peipkg.CommandLine",
        "Peipkg.Build",
        "Peipkg.Repo",
        "Peipkg.Manager",
    ];

    private static readonly Lazy<IReadOnlyList<ModuleDefinition>> Loaded = new(static () =>
        [.. Projects.Select(static project => ModuleDefinition.ReadModule(AssemblyPath(project)))]
    );

    /// <summary>One module for each of <see cref="Projects"/>, in the same order.</summary>
    internal static IReadOnlyList<ModuleDefinition> Modules => Loaded.Value;

    /// <summary>The directory with <c>Peipkg.sln</c>.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Every type of a module that somebody wrote, without those nested in another one.</summary>
    internal static IEnumerable<TypeDefinition> Types(ModuleDefinition module) =>
        module.Types.Where(static type => type.Namespace.StartsWith("Peipkg.", StringComparison.Ordinal));

    private static string AssemblyPath(string project)
    {
        string program = project.ToLowerInvariant().Replace('.', '-');
        string[] names = [$"{project}.dll", $"{program}.dll"];
        return names.Select(static name => Path.Combine(AppContext.BaseDirectory, name)).First(File.Exists);
    }

    private static string FindRoot()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Peipkg.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Peipkg.sln not found");
        }

        return directory;
    }
}
