using System.Collections.Frozen;
using Peipkg.Format.Text;

namespace Peipkg.Build.Checking.Licenses;

/// <summary>The licence and exception identifiers that SPDX lists, embedded as <c>spdx.txt</c>.</summary>
internal static class SpdxList
{
    private static readonly Lazy<Identifiers> List = new(Load);

    /// <summary>What SPDX says of an identifier.</summary>
    internal enum Standing
    {
        /// <summary>It is on the list.</summary>
        Listed,

        /// <summary>It was replaced by another.</summary>
        Deprecated,

        /// <summary>It is not on the list; perhaps in another spelling.</summary>
        Unknown,
    }

    /// <summary>Whether a licence is listed.</summary>
    internal static Standing OfLicense(string id) =>
        List.Value.Licenses.Contains(id) ? Standing.Listed
        : List.Value.Deprecated.Contains(id) ? Standing.Deprecated
        : Standing.Unknown;

    /// <summary>Whether an exception is listed.</summary>
    internal static Standing OfException(string id) =>
        List.Value.Exceptions.Contains(id) ? Standing.Listed : Standing.Unknown;

    /// <summary>The ending <c> (did you mean "x"?)</c> for an unknown licence, or nothing.</summary>
    internal static string LicenseSuggestion(string id) => Suggest(id, List.Value.Licenses);

    /// <summary>The ending <c> (did you mean "x"?)</c> for an unknown exception, or nothing.</summary>
    internal static string ExceptionSuggestion(string id) => Suggest(id, List.Value.Exceptions);

    /// <summary>The successors of a deprecated licence, if its name tells them.</summary>
    internal static string? Successors(string id) =>
        List.Value.Licenses.Contains(id + "-only") ? $"{id}-only or {id}-or-later" : null;

    // Popular short forms differ too much from the listed ones to look like spelling mistakes.
    private static string Suggest(string id, FrozenSet<string> known)
    {
        string plain = id.ToUpperInvariant()
            .Replace("V", "-", StringComparison.Ordinal)
            .Replace("--", "-", StringComparison.Ordinal);
        string[] tries = [plain, plain + ".0", $"{plain}-only", $"{plain}.0-only", $"{plain}-CLAUSE", $"{plain}-2.0"];
        foreach (string candidate in tries)
        {
            if (known.FirstOrDefault(name => name.Equals(candidate, StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                return $" (did you mean \"{found}\"?)";
            }
        }

        return NearestName.Suggestion(id, known.Order(StringComparer.Ordinal));
    }

    private static Identifiers Load()
    {
        using Stream stream = typeof(SpdxList).Assembly.GetManifestResourceStream("spdx.txt")!;
        using StreamReader reader = new(stream);
        string[] lines = [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
        return new Identifiers(
            Set(lines.Where(line => line[0] is not ('-' or '+'))),
            Set(lines.Where(line => line[0] == '-').Select(line => line[1..])),
            Set(lines.Where(line => line[0] == '+').Select(line => line[1..]))
        );
    }

    private static FrozenSet<string> Set(IEnumerable<string> names) => names.ToFrozenSet(StringComparer.Ordinal);

    private sealed record Identifiers(
        FrozenSet<string> Licenses,
        FrozenSet<string> Deprecated,
        FrozenSet<string> Exceptions
    );
}
