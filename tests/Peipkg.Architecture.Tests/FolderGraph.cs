using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Peipkg.Architecture.Tests;

/// <summary>
/// Which folder of <c>src/</c> uses which. A folder is a namespace. Compiled code does not show constants, so the
/// <c>using</c> directives count as well; the compiler sees to it that none of them is idle.
/// </summary>
internal sealed partial class FolderGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _arrows = new(StringComparer.Ordinal);

    /// <summary>Each folder with the folders it uses, and for each of these an example of such a use.</summary>
    internal IReadOnlyDictionary<string, SortedDictionary<string, string>> Arrows => _arrows;

    /// <summary>Reads the graph out of the compiled assemblies and the sources.</summary>
    internal static FolderGraph Read()
    {
        FolderGraph graph = new();
        foreach (TypeDefinition type in Product.Modules.SelectMany(Product.Types))
        {
            foreach (
                string used in TypeUses
                    .Of(type)
                    .Where(static name => name.StartsWith("Peipkg.", StringComparison.Ordinal))
            )
            {
                int dot = used.LastIndexOf('.');
                graph.Add(type.Namespace, used[..dot], $"{type.Name} uses {used[(dot + 1)..]}");
            }
        }

        foreach (string project in Product.Projects)
        {
            string directory = Path.Combine(Product.Root, "src", project);
            foreach (string file in Directory.EnumerateFiles(directory, "*.cs", SearchOption.AllDirectories))
            {
                if (Path.GetRelativePath(directory, file).Split('/') is not ["bin" or "obj", ..])
                {
                    graph.AddUsings(File.ReadAllText(file), Path.GetFileName(file));
                }
            }
        }

        return graph;
    }

    /// <summary>The folders of a circle, in the order of its arrows; null when there is no circle.</summary>
    internal List<string>? FindCircle()
    {
        HashSet<string> finished = new(StringComparer.Ordinal);
        List<string> path = [];
        foreach (string folder in _arrows.Keys)
        {
            if (Visit(folder, path, finished) is { } circle)
            {
                return circle;
            }
        }

        return null;
    }

    /// <summary>The graph as a text: a line for each folder, with what it uses.</summary>
    internal string Render() =>
        string.Concat(_arrows.Select(static folder => $"{folder.Key}: {string.Join(' ', folder.Value.Keys)}\n"));

    /// <summary>
    /// The folders of a project from top to bottom, in steps of which each uses only those after it; the folder of the project itself
    /// is called "top".
    /// </summary>
    internal string RenderSteps(string project)
    {
        Dictionary<string, int> heights = new(StringComparer.Ordinal);
        foreach (
            string folder in _arrows
                .Keys.Concat(_arrows.Values.SelectMany(static targets => targets.Keys))
                .Where(folder => IsOf(project, folder))
        )
        {
            Height(project, folder, heights);
        }

        return string.Join(
            " → ",
            heights
                .GroupBy(static folder => folder.Value, static folder => folder.Key)
                .OrderByDescending(static step => step.Key)
                .Select(step =>
                    string.Join(
                        ", ",
                        step.Select(folder => folder == project ? "top" : folder[(project.Length + 1)..])
                            .Order(StringComparer.Ordinal)
                    )
                )
        );
    }

    private int Height(string project, string folder, Dictionary<string, int> heights)
    {
        if (!heights.TryGetValue(folder, out int height))
        {
            height = _arrows.TryGetValue(folder, out SortedDictionary<string, string>? targets)
                ? targets
                    .Keys.Where(target => IsOf(project, target) && target != folder)
                    .Select(target => Height(project, target, heights) + 1)
                    .DefaultIfEmpty()
                    .Max()
                : 0;
            heights[folder] = height;
        }

        return height;
    }

    private static bool IsOf(string project, string folder) =>
        folder == project || folder.StartsWith(project + ".", StringComparison.Ordinal);

    private List<string>? Visit(string folder, List<string> path, HashSet<string> finished)
    {
        int seen = path.IndexOf(folder);
        if (seen >= 0)
        {
            return [.. path[seen..], folder];
        }

        if (finished.Contains(folder) || !_arrows.TryGetValue(folder, out SortedDictionary<string, string>? targets))
        {
            return null;
        }

        path.Add(folder);
        foreach (string target in targets.Keys)
        {
            if (Visit(target, path, finished) is { } circle)
            {
                return circle;
            }
        }

        path.RemoveAt(path.Count - 1);
        finished.Add(folder);
        return null;
    }

    private void Add(string from, string to, string example)
    {
        if (from == to)
        {
            return;
        }

        string key = from["Peipkg.".Length..];
        if (!_arrows.TryGetValue(key, out SortedDictionary<string, string>? targets))
        {
            _arrows[key] = targets = new(StringComparer.Ordinal);
        }

        targets.TryAdd(to["Peipkg.".Length..], example);
    }

    private void AddUsings(string source, string file)
    {
        string own = Namespace().Match(source).Groups[1].Value;
        foreach (Match directive in Using().Matches(source).Where(_ => own.Length > 0))
        {
            Add(own, directive.Groups[1].Value, $"a using directive in {file}");
        }
    }

    [GeneratedRegex(@"^namespace (Peipkg\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (Peipkg\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
