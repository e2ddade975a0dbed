using System.Globalization;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Sources;

/// <summary>One patch of a recipe.</summary>
/// <param name="Path">The file, relative to the recipe's directory.</param>
/// <param name="Strip">How many directories are dropped from the front of the names in it.</param>
public sealed record SourcePatch(string Path, int Strip);

/// <summary>
/// Finds the patches that <c>patches</c> names: a list of patterns of files, or a file in the form of quilt's series, which
/// lists them.
/// </summary>
internal static class PatchReader
{
    private const int DeepestDirectory = 8;
    private const int UsualStrip = 1;

    internal static IReadOnlyList<SourcePatch> Read(TomlSection section, ProblemList problems)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(problems.File)) ?? "/";
        if (section.IsString("patches"))
        {
            return section.String("patches") is { } series ? Listed(series, directory, problems) : [];
        }

        List<SourcePatch> patches = [];
        foreach (Located<string> pattern in section.Strings("patches"))
        {
            if (!Glob.TryParse(pattern.Value, out Glob glob, out string? error))
            {
                problems.Error(pattern.Position, $"patches in [source]: {error}", RecipeRule.GlobSyntax);
                continue;
            }

            string[] found =
            [
                .. Files(directory, "", 0).Where(path => glob.IsMatch(path)).Order(StringComparer.Ordinal),
            ];
            if (found.Length == 0)
            {
                problems.Error(
                    pattern.Position,
                    $"patches in [source]: {DisplayText.Quote(pattern.Value)} matches no file in the recipe directory {directory}",
                    RecipeRule.RecipeFile
                );
            }

            patches.AddRange(
                found
                    .Where(path => !patches.Exists(patch => patch.Path == path))
                    .Select(path => new SourcePatch(path, UsualStrip))
            );
        }

        return patches;
    }

    // A line is the name of a patch beside the list, and perhaps -p0; what follows # is a comment.
    private static List<SourcePatch> Listed(Located<string> series, string directory, ProblemList problems)
    {
        List<SourcePatch> patches = [];
        string file = Path.Combine(directory, series.Value);
        if (!InnerPath.StaysInside(series.Value) || !File.Exists(file))
        {
            Report(
                $"{DisplayText.Quote(series.Value)} is no file in the recipe directory {directory}; name the list of patches, or write a list of patterns"
            );
            return patches;
        }

        foreach (string line in Lines(file))
        {
            string[] words = line.Split('#')[0].Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            string path = Path.Combine(Path.GetDirectoryName(series.Value) ?? "", words[0]);
            int strip = UsualStrip;
            bool understood =
                words.Length == 1
                || (
                    words.Length == 2
                    && words[1].StartsWith("-p", StringComparison.Ordinal)
                    && int.TryParse(words[1][2..], NumberStyles.None, CultureInfo.InvariantCulture, out strip)
                );
            if (!understood)
            {
                Report(
                    $"{DisplayText.Quote(series.Value)} has the line {DisplayText.Quote(line)}; a line is a patch's name and perhaps -p0"
                );
            }
            else if (!InnerPath.StaysInside(path) || !File.Exists(Path.Combine(directory, path)))
            {
                Report(
                    $"{DisplayText.Quote(series.Value)} names {DisplayText.Quote(words[0])}, which is no file beside it"
                );
            }
            else
            {
                patches.Add(new SourcePatch(path, strip));
            }
        }

        return patches;

        void Report(string message) =>
            problems.Error(series.Position, $"patches in [source]: {message}", RecipeRule.RecipeFile);
    }

    private static string[] Lines(string file)
    {
        using Stream stream = ForeignFile.OpenStream(file);
        byte[] content = new byte[Math.Min(stream.Length, RecipeLimits.FileBytes)];
        int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return System.Text.Encoding.UTF8.GetString(content, 0, length).Split('\n');
    }

    // Links are not followed: they could form circles, and lead out of the recipe.
    private static IEnumerable<string> Files(string directory, string below, int depth)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            string path = below + entry.Name;
            if (entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is FileInfo)
            {
                yield return path;
            }
            else if (depth < DeepestDirectory)
            {
                foreach (string file in Files(entry.FullName, path + "/", depth + 1))
                {
                    yield return file;
                }
            }
        }
    }
}
