using System.Text.RegularExpressions;

namespace Peipkg.Manager.Watching;

/// <summary>
/// Tells from git's last words whether a host wants to be asked less: 429, 403 (how GitHub refuses who asks too often),
/// or no answer in time.
/// </summary>
internal static partial class HostTrouble
{
    /// <summary>True when the host is better left alone for a while.</summary>
    public static bool Shows(string error) => Words().IsMatch(error);

    [GeneratedRegex(
        @"\b(HTTP|error:|status|code:?) ?(429|403)\b|too many requests|rate limit|timed out|timeout|operation too slow|took longer than|was silent for",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Words();
}
