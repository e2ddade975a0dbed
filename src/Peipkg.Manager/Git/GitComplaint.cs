using System.Text.RegularExpressions;

namespace Peipkg.Manager.Git;

/// <summary>
/// Finds in what git wrote why it failed: what ssh, the server or git itself gave for a reason, without progress, advice
/// and what git says to everybody whose connection ended.
/// </summary>
internal static partial class GitComplaint
{
    private const int MostLines = 4;
    private const int MostRemoteLines = 4;

    /// <summary>The reason in one line; empty when git said nothing.</summary>
    /// <param name="stderr">The end of its standard error.</param>
    public static string In(string stderr)
    {
        // Progress lines end in carriage returns.
        string[] lines =
        [
            .. stderr
                .Split('\n')
                .Select(line => line[(line.TrimEnd('\r').LastIndexOf('\r') + 1)..].Trim(' ', '\t', '\r', '@'))
                .Where(line => line.Length > 0 && !Noise().IsMatch(line))
                .Distinct(StringComparer.Ordinal),
        ];
        string[] reasons = [.. lines.Where(line => !Generic().IsMatch(line))];
        string[] told = reasons.Length > 0 ? reasons : lines;

        // Why a server refused is in what it said before git gave up.
        string[] remote = [.. told.Where(IsRemote).TakeLast(MostRemoteLines)];
        string text = string.Join("; ", remote.Concat(told.Where(line => !IsRemote(line)).TakeLast(MostLines)));
        return Advice(text) is { } advice ? $"{text} ({advice})" : text;
    }

    private static bool IsRemote(string line) => line.StartsWith("remote: ", StringComparison.Ordinal);

    private static string? Advice(string text) =>
        text.Contains("could not read Username", StringComparison.Ordinal)
        || text.Contains("could not read Password", StringComparison.Ordinal)
            ? "the server asks who is there: the repository is private, or there is none of this name"
        : text.Contains("Host key verification failed", StringComparison.Ordinal)
            ? "add the host's key to known_hosts of the manager's user"
        : text.Contains("Permission denied (publickey", StringComparison.Ordinal)
            ? "the server takes no key that the manager's user has"
        : null;

    // Progress, hints, ssh's frames and what it adds by itself.
    [GeneratedRegex(
        @"^(hint: |warning: redirecting to |Warning: Permanently added|Cloning into |remote:$|(remote: )?(Enumerating|Counting|Compressing|Total|Receiving|Resolving|Updating) [^:]*[:0-9]|Please make sure you have the correct access rights$|and the repository exists\.$|IT IS POSSIBLE THAT|Someone could be eavesdropping|It is also possible that|Please contact your system administrator|Add correct host key in|Offending .* key in|\s*remove with:|ssh-keygen -f)",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Noise();

    // What git says whatever happened; the reason only where there is no other.
    [GeneratedRegex(
        @"^(fatal: Could not read from remote repository\.?|fatal: the remote end hung up unexpectedly|fatal: early EOF|fatal: fetch-pack: invalid index-pack output|fatal: protocol error: bad pack header|Connection closed by .*|kex_exchange_identification: .*|send-pack: unexpected disconnect.*|error: failed to push some refs to .*)$",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Generic();
}
