using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Mirroring;
using Peipkg.Repo.Remote;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo mirror</c>.</summary>
internal static class MirrorCommand
{
    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<RepositoryAddress> url = CommandOptions.Parsed<RepositoryAddress>(
            "--url",
            "BASE",
            "The http or https address of the repository.",
            RepositoryAddress.TryParse,
            required: true
        );
        Option<IReadOnlyList<Fingerprint>> trust = RemoteOptions.Trust("Later keys are followed as consumers do.");
        Option<string> output = CommandOptions.Path("--out", "DIR", "The copy, made when missing.", required: true);
        Option<IReadOnlyList<string>> packages = CommandOptions.Many<string>(
            "--package",
            "GLOB",
            "Copy only such names, with what they need; * and ? match.",
            CommandOptions.NotEmpty
        );
        Option<int?> newest = CommandOptions.Parsed<int?>(
            "--newest",
            "N",
            "Copy only so many versions of each name, with what they need.",
            TryParseCount
        );
        Option<string> signKey = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "Your own private key, which signs a copy of a part."
        );
        Option<Timestamp?> timestamp = CommandOptions.Parsed<Timestamp?>(
            "--timestamp",
            "TIME",
            "The time of the new indexes of a copy of a part.",
            TryParseTime
        );
        Option<bool> allowSpecial = CommandOptions.Flag(
            "--allow-special-system",
            "Accept special system packages in a copy of a part."
        );
        Option<bool> allowHeaders = CommandOptions.Flag(
            "--allow-reference-headers",
            "Accept archive headers as other packers write them, in a copy of a part."
        );
        Option<bool> precompress = CommandOptions.Flag(
            "--precompress",
            "Keep .gz, .zst and .br copies of the indexes from now on, for web servers."
        );
        Option<bool> noPrecompress = CommandOptions.Flag("--no-precompress", "Keep no such copies any longer.");
        Option<bool> check = CommandOptions.Flag("--check", "Only compare; fetch no package and change nothing.");
        Option<TimeSpan?> timeout = RemoteOptions.Timeout();
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("mirror", "Copy a served repository, or a part of it, and keep the copy up to date.")
        {
            url,
            trust,
            output,
            packages,
            newest,
            signKey,
            timestamp,
            allowSpecial,
            allowHeaders,
            precompress,
            noPrecompress,
            check,
            timeout,
            json,
        };
        command.SetAction(result =>
        {
            if (result.GetValue(precompress) && result.GetValue(noPrecompress))
            {
                throw new UserErrorException(
                    "--precompress and --no-precompress contradict each other; give one of them"
                );
            }

            MirrorRequest request = new()
            {
                Address = result.GetRequiredValue(url),
                Anchors = result.GetValue(trust) ?? [],
                Out = result.GetRequiredValue(output),
                Packages = result.GetValue(packages) ?? [],
                Newest = result.GetValue(newest),
                SignKey = result.GetValue(signKey),
                At = result.GetValue(timestamp),
                AllowSpecialSystem = result.GetValue(allowSpecial),
                AllowReferenceHeaders = result.GetValue(allowHeaders),
                Precompress =
                    result.GetValue(precompress) ? true
                    : result.GetValue(noPrecompress) ? false
                    : null,
                Check = result.GetValue(check),
                Json = result.GetValue(json),
            };
            RefuseContradictions(request);
            return TimeLimit.Run(
                result.GetValue(timeout),
                limited => MirrorOperation.Run(request, context, limited),
                stop
            );
        });
        return command;
    }

    private static void RefuseContradictions(MirrorRequest request)
    {
        string? problem =
            request.Anchors.Count == 0
                ? "mirror needs --trust FINGERPRINT: whoever answers at the address can have signed anything with a key of their own"
            : !request.IsPartial
            && (
                request.SignKey is not null
                || request.At is not null
                || request.AllowSpecialSystem
                || request.AllowReferenceHeaders
            )
                ? "a whole mirror keeps the signatures of its source, so --sign-key, --timestamp and --allow options belong to "
                    + "--package or --newest"
            : request.IsPartial && request.Precompress is not null
                ? "a copy of a part is a repository of your own: publish --precompress keeps compressed copies in it from then on"
            : request.IsPartial && !request.Check && (request.SignKey is null || request.At is null)
                ? "a copy of a part has indexes of its own: give --sign-key FILE and --timestamp TIME"
            : null;
        if (problem is not null)
        {
            throw new UserErrorException(problem);
        }
    }

    private static bool TryParseCount(string? text, out int? value, [NotNullWhen(false)] out string? error)
    {
        bool good = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0;
        value = good ? count : null;
        error = good ? null : $"\"{text}\" is no number of versions; give 1 or more";
        return good;
    }

    private static bool TryParseTime(string? text, out Timestamp? value, [NotNullWhen(false)] out string? error)
    {
        bool good = Timestamp.TryParse(text, out Timestamp time, out error);
        value = good ? time : null;
        return good;
    }
}
