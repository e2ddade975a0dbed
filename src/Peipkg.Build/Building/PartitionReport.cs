using System.Globalization;
using System.Text;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Reporting;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Puts what is wrong with a partition into words, every path of it.</summary>
internal static class PartitionReport
{
    internal static IEnumerable<Finding> Findings(Partition partition, Recipe recipe)
    {
        if (partition.Orphans.Count > 0)
        {
            yield return Finding.Of(StageRules.Orphan, Orphans(partition, recipe));
        }

        if (partition.Overlaps.Count > 0)
        {
            yield return Finding.Of(StageRules.Overlap, Overlaps(partition, recipe.File));
        }

        foreach ((Stanza stanza, FilePattern pattern) in partition.Unused(recipe.Stanzas))
        {
            yield return Finding.Of(
                StageRules.UnusedPattern,
                $"\"{pattern.Glob.Text}\" of {stanza.Name} matches {(pattern.Glob.ClaimsDirectories ? "no directory" : "no file")}",
                recipe.File,
                pattern.Position
            );
        }

        if (partition.LostDirectories.Count > 0)
        {
            yield return Finding.Of(
                StageRules.EmptyDirectory,
                "empty directories that no package holds; claim them with a pattern that ends in \"/\""
                    + string.Concat(partition.LostDirectories.Select(path => $"\n  {TerminalText.Escape(path)}/"))
            );
        }
    }

    private static string Orphans(Partition partition, Recipe recipe)
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Count(partition.Orphans.Count, "orphan")}: no stanza claims what the build script installed"
        );
        foreach (
            OrphanGroup group in new OrphanAdvice(partition, recipe.Stanzas, recipe.File).Groups(partition.Orphans)
        )
        {
            // A group of one is the path itself; the others follow below their directory.
            bool single = group.Paths is [string only] && only == group.Place;
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n  {TerminalText.Escape(group.Place)}{(single ? "" : $" ({Count(group.Paths.Count, "file")})")}"
            );
            foreach (string path in single ? [] : group.Paths)
            {
                text.Append("\n    ").Append(TerminalText.Escape(path));
            }

            text.Append("\n    -> ").Append(TerminalText.Escape(group.Advice));
            if (group.Line is { } line)
            {
                text.Append("\n         ").Append(TerminalText.Escape(line));
            }
        }

        return text.ToString();
    }

    private static string Overlaps(Partition partition, string recipeFile)
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Count(partition.Overlaps.Count, "overlap")}: more than one stanza claims the same file; narrow one of the patterns"
        );
        foreach (Partition.Overlap overlap in partition.Overlaps)
        {
            text.Append("\n  ")
                .Append(TerminalText.Escape(overlap.Path))
                .Append(": ")
                .AppendJoin(" and ", overlap.Claims.Select(claim => Claim(claim.Stanza, claim.Pattern, recipeFile)));
        }

        return text.ToString();
    }

    private static string Claim(Stanza stanza, FilePattern pattern, string recipeFile) =>
        $"{stanza.Name} (\"{TerminalText.Escape(pattern.Glob.Text)}\", {recipeFile}:{pattern.Position.Line}:{pattern.Position.Column})";

    private static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
