using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Recipes;

namespace Peipkg.Build.Starting;

/// <summary>
/// A recipe to start from, with a small source tree that it builds. The templates are the recipes of
/// <c>samples/templates</c>, embedded as they are: <c>peipkg.toml</c>, its variant <c>split.toml</c>, <c>build.sh</c> and
/// <c>source/</c>.
/// </summary>
internal static class RecipeTemplate
{
    private const string Prefix = "template/";
    private const string SplitName = "split.toml";

    /// <summary>The names of the templates.</summary>
    internal static readonly string[] Names =
    [
        "files",
        "data",
        "make",
        "autotools",
        "cmake",
        "meson",
        "rust",
        "go",
        "python",
    ];

    /// <summary>The files of a template, filled in for a package.</summary>
    /// <param name="template">The template's name.</param>
    /// <param name="package">What the package is to be called.</param>
    /// <param name="split">Whether headers and documentation become packages of their own.</param>
    /// <param name="edition">The edition of the format. The samples are written for the default one.</param>
    internal static IReadOnlyList<(string Path, string Content)> Files(
        string template,
        PackageName package,
        bool split,
        Edition edition
    )
    {
        string prefix = $"{Prefix}{template}/";
        List<(string Path, string Content)> files = [];
        foreach (
            string resource in typeof(RecipeTemplate).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)
        )
        {
            if (!resource.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            string path = resource[prefix.Length..];
            string content = Read(resource);
            switch (path)
            {
                case Recipe.FileName or SplitName when (path == SplitName) != split:
                    break;
                case Recipe.FileName or SplitName:
                    files.Add(
                        (
                            Recipe.FileName,
                            For(edition, content).Replace($"hello-{template}", package.Text, StringComparison.Ordinal)
                        )
                    );
                    break;
                default:
                    files.Add((path, content));
                    break;
            }
        }

        return files;
    }

    private static string For(Edition edition, string recipe)
    {
        if (edition == Edition.Default)
        {
            return recipe;
        }

        IEnumerable<string> lines = recipe
            .Split('\n')
            .Where(line => !Edition.Default.Layout.SideEffects.Any(rule => IsLacking(rule.Effect, line)));
        return string.Join('\n', lines)
            .Replace("side_effects = [\n]\n", "", StringComparison.Ordinal)
            .Replace("[meta]\n", $"[meta]\nedition = \"{edition}\"\n", StringComparison.Ordinal);

        // Each side effect has a line of its own.
        bool IsLacking(SideEffect effect, string line) =>
            !edition.Knows(effect) && line.StartsWith($"  \"{effect.Text()}\",", StringComparison.Ordinal);
    }

    private static string Read(string resource)
    {
        using Stream stream = typeof(RecipeTemplate).Assembly.GetManifestResourceStream(resource)!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
