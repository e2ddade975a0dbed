using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Commands;

/// <summary>The options of commands that fetch a repository.</summary>
internal static class RemoteOptions
{
    private const int MaxSeconds = 7 * 24 * 60 * 60;

    /// <summary><c>--trust</c>.</summary>
    /// <param name="when">When it is needed, a sentence.</param>
    internal static Option<IReadOnlyList<Fingerprint>> Trust(string when) =>
        CommandOptions.Many<Fingerprint>(
            "--trust",
            "FINGERPRINT",
            $"Accept repo.json only if this key signed it, or another one that is given. {when}",
            TryParseFingerprint
        );

    /// <summary><c>--upstream</c>.</summary>
    internal static Option<IReadOnlyList<RepositoryLocation>> Upstream() =>
        CommandOptions.Many<RepositoryLocation>(
            "--upstream",
            "DIR|URL",
            "Another repository that consumers use; its packages satisfy dependencies too.",
            RepositoryLocation.TryParse
        );

    /// <summary><c>--timeout</c>.</summary>
    internal static Option<TimeSpan?> Timeout() =>
        CommandOptions.Parsed<TimeSpan?>(
            "--timeout",
            "SECONDS",
            "Fail if it takes longer. Servers that are too slow end it even without this.",
            TryParseSeconds
        );

    private static bool TryParseFingerprint(
        string? text,
        out Fingerprint value,
        [NotNullWhen(false)] out string? error
    ) => Fingerprint.TryParseTyped(text, out value, out error);

    private static bool TryParseSeconds(string? text, out TimeSpan? value, [NotNullWhen(false)] out string? error)
    {
        bool good =
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
            && seconds is > 0 and <= MaxSeconds;
        value = good ? TimeSpan.FromSeconds(seconds) : null;
        error = good ? null : $"\"{text}\" is no number of seconds from 1 to {MaxSeconds} (a week)";
        return good;
    }
}
