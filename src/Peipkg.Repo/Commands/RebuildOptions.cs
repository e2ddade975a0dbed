using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Repo.Attesting;

namespace Peipkg.Repo.Commands;

/// <summary>The options that say whose verdicts of rebuilds count, and how many are needed.</summary>
internal sealed class RebuildOptions
{
    private readonly Option<int> _required = CommandOptions.Parsed<int>(
        "--require-rebuild",
        "N",
        "Take only packages that so many of the rebuilders have built with the same bytes.",
        ParseNumber
    );

    private readonly Option<IReadOnlyList<Fingerprint>> _rebuilders = CommandOptions.Many<Fingerprint>(
        "--rebuilder",
        "FINGERPRINT",
        "A key whose verdicts of rebuilds count; none of the repository's own.",
        Fingerprint.TryParseTyped
    );

    /// <param name="command">The command that gets them.</param>
    internal RebuildOptions(Command command)
    {
        command.Options.Add(_required);
        command.Options.Add(_rebuilders);
    }

    /// <exception cref="UsageErrorException">More are required than there are rebuilders.</exception>
    internal RebuildPolicy Read(ParseResult result)
    {
        Fingerprint[] rebuilders = [.. (result.GetValue(_rebuilders) ?? []).Distinct()];
        int required = result.GetValue(_required);
        return required <= rebuilders.Length
            ? new RebuildPolicy(rebuilders, required)
            : throw new UsageErrorException(
                $"--require-rebuild {required} needs as many keys that may vouch; give {required} times --rebuilder FINGERPRINT, each another"
            );
    }

    private static bool ParseNumber(string? text, out int value, [NotNullWhen(false)] out string? error)
    {
        bool good =
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value is > 0 and <= RebuildVerdict.MostVerdicts;
        error = good ? null : $"it must be a number from 1 to {RebuildVerdict.MostVerdicts}";
        return good;
    }
}
