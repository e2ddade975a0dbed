using System.Text.RegularExpressions;

namespace Peipkg.Manager.Watching;

/// <summary>What a failed listing says of its host.</summary>
internal enum HostMood
{
    /// <summary>Nothing.</summary>
    Fine,

    /// <summary>It refused. That may be one repository's affair, or how GitHub refuses who asks too often.</summary>
    Refused,

    /// <summary>It wants to be asked less, or did not answer in time.</summary>
    Overloaded,
}

/// <summary>Tells from git's last words whether a host wants to be asked less: 429, 403, or no answer in time.</summary>
internal static partial class HostTrouble
{
    /// <summary>What the words say of the host.</summary>
    public static HostMood In(string error) =>
        Overload().IsMatch(error) ? HostMood.Overloaded
        : Refusal().IsMatch(error) ? HostMood.Refused
        : HostMood.Fine;

    [GeneratedRegex(
        @"\b(HTTP|error:|status|code:?) ?429\b|too many requests|rate limit|timed out|timeout|operation too slow|took longer than|was silent for",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Overload();

    [GeneratedRegex(
        @"\b(HTTP|error:|status|code:?) ?403\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Refusal();
}
