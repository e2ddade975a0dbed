using System.Globalization;
using System.Text;
using Peipkg.CommandLine;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Puts what is wrong with a partition into words, every path of it.</summary>
internal static class PartitionReport
{
    /// <summary>The error for orphans and overlaps together, or null when there are none.</summary>
    internal static string? Error(Partition partition, string recipeFile)
    {
        if (partition.Orphans.Count == 0 && partition.Overlaps.Count == 0)
        {
            return null;
        }

        StringBuilder text = new();
        if (partition.Orphans.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Count(partition.Orphans.Count, "orphan")}: no stanza claims what the build script installed; ")
                .Append("add it to a stanza's files, or remove it in the build script");
            foreach (string orphan in partition.Orphans)
            {
                text.Append("\n  ").Append(TerminalText.Escape(orphan));
            }
        }

        if (partition.Overlaps.Count > 0)
        {
            text.Append(text.Length > 0 ? "\n" : "")
                .Append(CultureInfo.InvariantCulture, $"{Count(partition.Overlaps.Count, "overlap")}: more than one stanza claims the same file; narrow one of the patterns");
            foreach (Partition.Overlap overlap in partition.Overlaps)
            {
                text.Append("\n  ").Append(TerminalText.Escape(overlap.Path)).Append(": ")
                    .AppendJoin(" and ", overlap.Claims.Select(claim => Claim(claim.Stanza, claim.Pattern, recipeFile)));
            }
        }

        return text.ToString();
    }

    /// <summary>What the author should know although it prevents nothing.</summary>
    internal static IEnumerable<string> Warnings(Partition partition, IReadOnlyList<Stanza> stanzas, string recipeFile)
    {
        foreach ((Stanza stanza, FilePattern pattern) in partition.Unused(stanzas))
        {
            yield return $"{recipeFile}:{pattern.Position.Line}:{pattern.Position.Column}: "
                + $"\"{pattern.Glob.Text}\" of {stanza.Name} matches {(pattern.Glob.ClaimsDirectories ? "no directory" : "no file")}";
        }

        if (partition.LostDirectories.Count > 0)
        {
            yield return "empty directories that no package holds; claim them with a pattern that ends in \"/\":"
                + string.Concat(partition.LostDirectories.Select(path => $"\n  {TerminalText.Escape(path)}/"));
        }
    }

    private static string Claim(Stanza stanza, FilePattern pattern, string recipeFile)
        => $"{stanza.Name} (\"{TerminalText.Escape(pattern.Glob.Text)}\", {recipeFile}:{pattern.Position.Line}:{pattern.Position.Column})";

    private static string Count(int count, string what)
        => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
