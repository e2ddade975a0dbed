using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Identity;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo prune-prerelease</c>.</summary>
internal static class PruneCommand
{
    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<int> olderThan = CommandOptions.Parsed<int>(
            "--older-than",
            "DAYS",
            "Remove pre-releases that were built longer ago than this, such as 180d.",
            TryParseDays,
            required: true
        );
        Option<int> keep = CommandOptions.Parsed<int>(
            "--keep",
            "N",
            "Keep this many of the newest pre-releases of each name, however old.",
            TryParseCount,
            required: true
        );
        Option<string> signKey = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The Ed25519 private key, one that repo.json lists as active.",
            required: true
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of the new indexes, from which ages count back.",
            Timestamp.TryParse,
            required: true
        );
        Option<bool> dryRun = CommandOptions.Flag("--dry-run", "Only say what would go.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new(
            "prune-prerelease",
            "Remove old pre-releases, and record in the repository that they are gone."
        )
        {
            repo,
            olderThan,
            keep,
            signKey,
            timestamp,
            dryRun,
            json,
        };
        command.SetAction(result =>
            PruneOperation.Run(
                new PruneRequest(
                    result.GetRequiredValue(repo),
                    result.GetRequiredValue(signKey),
                    result.GetRequiredValue(timestamp),
                    result.GetRequiredValue(olderThan),
                    result.GetRequiredValue(keep),
                    result.GetValue(dryRun),
                    result.GetValue(json)
                ),
                context,
                stop
            )
        );
        return command;
    }

    private static bool TryParseDays(string? text, out int value, [NotNullWhen(false)] out string? error)
    {
        value = 0;
        error =
            text is not null
            && text.EndsWith('d')
            && TryParseCount(text[..^1], out value, out _)
            && value is > 0 and <= 36500
                ? null
                : $"\"{text}\" is no number of days from 1d to 36500d";
        return error is null;
    }

    private static bool TryParseCount(string? text, out int value, [NotNullWhen(false)] out string? error)
    {
        error = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            ? null
            : $"\"{text}\" is no number";
        return error is null;
    }
}
