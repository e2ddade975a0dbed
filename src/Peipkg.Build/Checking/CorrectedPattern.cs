using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Checking;

/// <summary>What a pattern that is refused can only mean: one with slashes too many is relative to $DESTDIR all the same.</summary>
internal static class CorrectedPattern
{
    /// <summary>The pattern as it should be; null where that is not certain.</summary>
    internal static string? Of(string pattern)
    {
        string corrected = pattern;
        while (corrected.Contains("//", StringComparison.Ordinal))
        {
            corrected = corrected.Replace("//", "/", StringComparison.Ordinal);
        }

        while (corrected.StartsWith("./", StringComparison.Ordinal))
        {
            corrected = corrected[2..];
        }

        corrected = corrected.TrimStart('/');
        return corrected != pattern && Glob.TryParse(corrected, out _, out _) ? corrected : null;
    }
}
