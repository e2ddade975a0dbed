using System.Text;
using Peipkg.Build.Rules;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Checking;

/// <summary>
/// Changes in recipes and their scripts what has exactly one right answer. Each file is changed as a whole or not at all, and
/// all else in it stays as it is, comments too.
/// </summary>
internal static class RecipeFix
{
    private const int LargestFile = 4 << 20;

    private static readonly string[] InRecipe = [RecipeRule.GlobSyntax, RecipeValueRules.DescriptionLength];
    private static readonly string[] InScript =
    [
        ScriptRules.ByteOrderMark,
        ScriptRules.LineEnds,
        ScriptRules.ErrorExit,
        ScriptRules.Mode,
    ];

    /// <summary>Changes the files of checked recipes.</summary>
    /// <param name="recipes">The recipes with what is wrong with them.</param>
    /// <param name="policy">What is allowed stays.</param>
    /// <param name="context">Told of each change.</param>
    /// <returns>The recipes of which something was changed.</returns>
    /// <exception cref="UserErrorException">A file may not be written.</exception>
    internal static HashSet<CheckedRecipe> Run(
        IEnumerable<CheckedRecipe> recipes,
        RulePolicy policy,
        ToolContext context
    )
    {
        HashSet<CheckedRecipe> changed = [];
        foreach (CheckedRecipe recipe in recipes)
        {
            foreach (
                IGrouping<string, Finding> file in recipe
                    .Findings.Where(finding =>
                        finding.File is not null
                        && (finding.File == recipe.File ? InRecipe : InScript).Contains(finding.Rule.Id)
                        && policy.Judge(finding) is not null
                    )
                    .GroupBy(finding => finding.File!, StringComparer.Ordinal)
            )
            {
                if (Change(file.Key, [.. file], isRecipe: file.Key == recipe.File, context))
                {
                    changed.Add(recipe);
                }
            }
        }

        return changed;
    }

    // What a link leads to may be no part of the recipe.
    private static bool Change(string file, Finding[] findings, bool isRecipe, ToolContext context)
    {
        if (FileStatus.Of(file) is not { IsRegular: true, Size: <= LargestFile } status)
        {
            return false;
        }

        byte[] before = File.ReadAllBytes(file);
        UnixFileMode mode = (UnixFileMode)status.Permissions;
        (byte[] after, UnixFileMode newMode, List<string> done) = isRecipe
            ? (InRecipeFile(before, findings, out List<string> said), mode, said)
            : InScriptFile(before, mode, [.. findings.Select(finding => finding.Rule.Id)]);
        if (done.Count == 0)
        {
            return false;
        }

        try
        {
            if (after.AsSpan().SequenceEqual(before))
            {
                File.SetUnixFileMode(file, newMode);
            }
            else
            {
                DurableFile.Write(file, after, newMode);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--fix: {file} cannot be changed: {exception.Message}", exception);
        }

        done.ForEach(change => context.Diagnostics.Note($"{file}: {change}"));
        return true;
    }

    private static (byte[] Text, UnixFileMode Mode, List<string> Done) InScriptFile(
        byte[] text,
        UnixFileMode mode,
        HashSet<string> rules
    )
    {
        List<string> done = [];
        if (rules.Contains(ScriptRules.ByteOrderMark) && text.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            text = text[Encoding.UTF8.Preamble.Length..];
            done.Add("took the byte order mark away");
        }

        if (rules.Contains(ScriptRules.LineEnds))
        {
            text = WithoutCarriageReturns(text);
            done.Add("took the carriage returns at the ends of lines away");
        }

        if (rules.Contains(ScriptRules.ErrorExit))
        {
            int at = text.AsSpan().StartsWith("#!"u8) ? Array.IndexOf(text, (byte)'\n') + 1 : 0;
            text = [.. text[..at], .. "set -e\n"u8, .. text[at..]];
            done.Add($"wrote \"set -e\" into line {(at == 0 ? 1 : 2)}");
        }

        if (rules.Contains(ScriptRules.Mode))
        {
            // Whoever may read it may run it.
            UnixFileMode readers = mode & (UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            mode |= (UnixFileMode)((int)readers >> 2);
            done.Add("made it executable");
        }

        return (text, mode, done);
    }

    private static byte[] WithoutCarriageReturns(byte[] text)
    {
        byte[] kept = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\r' || i + 1 == text.Length || text[i + 1] != '\n')
            {
                kept[length++] = text[i];
            }
        }

        return kept[..length];
    }

    private static byte[] InRecipeFile(byte[] bytes, Finding[] findings, out List<string> done)
    {
        done = [];
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        foreach (Finding finding in findings.OrderByDescending(finding => finding.Position ?? default))
        {
            if (
                finding.Position is { } position
                && StringLiteral.At(lines[position.Line - 1], position.Column) is { } literal
                && Corrected(finding.Rule.Id, literal.Value) is { } value
            )
            {
                lines[position.Line - 1] = literal.With(value);
                done.Insert(0, $"line {position.Line}: \"{literal.Value}\" is \"{value}\" now");
            }
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static string? Corrected(string rule, string value) =>
        rule == RecipeRule.GlobSyntax ? CorrectedPattern.Of(value)
        : value.Trim() is { Length: > 0 } trimmed && trimmed != value ? trimmed
        : null;
}
