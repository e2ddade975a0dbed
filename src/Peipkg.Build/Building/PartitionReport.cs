using System.Globalization;
using System.Text;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Describes everything that is wrong with a partition, with every path.</summary>
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

        foreach (Finding finding in Missed(partition, recipe))
        {
            yield return finding;
        }

        foreach ((Stanza stanza, FilePattern pattern) in partition.Unused(recipe.Stanzas))
        {
            // What split may find is a list for all packages.
            if (partition.IsMissed(stanza) || stanza.SplitFrom is not null)
            {
                continue;
            }

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
                "empty directories that no package contains; claim them with a pattern that ends in \"/\""
                    + string.Concat(partition.LostDirectories.Select(path => $"\n  {TerminalText.Escape(path)}/"))
            );
        }
    }

    // Where nothing was installed, all stanzas are missed for one reason.
    private static IEnumerable<Finding> Missed(Partition partition, Recipe recipe)
    {
        Stanza[] missed = [.. recipe.Stanzas.Where(partition.IsMissed)];
        if (missed.Length == 0)
        {
            return [];
        }

        return partition.Orphans.Count == 0 && partition.Shares.All(share => share.Count == 0)
            ?
            [
                Finding.Of(
                    StageRules.NothingClaimed,
                    $"the build script installed no files, so {(missed.Length == 1 ? $"{missed[0].Name} would be empty" : "every package would be empty")}",
                    recipe.File
                ),
            ]
            : missed.Select(stanza =>
                Finding.Of(
                    StageRules.NothingClaimed,
                    $"no pattern of {stanza.Name} matches anything that the build script installed, so the package would be empty",
                    recipe.File,
                    stanza.Files[0].Position
                ) with
                {
                    OwnRemedy =
                        stanza.HoldsDebug ? "Compile with -g, or remove debug = true."
                        : stanza.SplitFrom is null ? null
                        : "Remove the word from split.",
                }
            );
    }

    private static string Orphans(Partition partition, Recipe recipe)
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Counted.Text(partition.Orphans.Count, "orphan")}: no stanza claims these installed files"
        );
        foreach (OrphanGroup group in new OrphanAdvice(partition, recipe).Groups(partition.Orphans))
        {
            // A single path stands for itself; several are listed below their directory.
            bool single = group.Paths is [string only] && only == group.Place;
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n  {TerminalText.Escape(group.Place)}{(single ? "" : $" ({Counted.Text(group.Paths.Count, "file")})")}"
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
            $"{Counted.Text(partition.Overlaps.Count, "overlap")}: more than one stanza claims the same file; narrow one of the patterns"
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
}
