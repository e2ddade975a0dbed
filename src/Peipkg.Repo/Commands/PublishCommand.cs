using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo publish</c>.</summary>
internal static class PublishCommand
{
    private const string Audit = "audit";

    internal static Command Create(OperationContext context, CancellationToken stop)
    {
        Option<string> previous = CommandOptions.Path("--in", "DIR", "The repository as it is.", required: true);
        Option<string> fresh = CommandOptions.Path(
            "--new",
            "DIR",
            "Where the new packages lie, subdirectories included."
        );
        Option<string> signKey = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The Ed25519 key, one that repo.json lists as active. With its public half alone, the change waits for signatures.",
            required: true
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of the new indexes, never earlier than the last.",
            Timestamp.TryParse,
            required: true
        );
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "DIR",
            "The new repository: the same as --in, or absent or empty.",
            required: true
        );
        Option<UrlTemplate> template = CommandOptions.Parsed<UrlTemplate>(
            "--package-url-template",
            "URL",
            $"Where new packages are fetched from (default: {UrlTemplate.Conventional}). An absolute URL leaves them out of the repository.",
            ParseTemplate
        );
        Option<bool> rebuild = CommandOptions.Flag(
            "--rebuild",
            "Make the archive anew from --all-packages-dir instead of from the old one."
        );
        Option<string> allPackages = CommandOptions.Path(
            "--all-packages-dir",
            "DIR",
            "For --rebuild: where every package ever published lies."
        );
        Option<bool> forgetMissing = CommandOptions.Flag(
            "--forget-missing",
            "For --rebuild: leave out what was published but is not in --all-packages-dir."
        );
        Option<bool> skipExisting = CommandOptions.Flag(
            "--skip-existing",
            "Pass over files whose bytes are published already."
        );
        Option<bool> requireSigned = CommandOptions.Flag("--require-signed", "Refuse packages that are not signed.");
        Option<bool> skipLayout = CommandOptions.Flag(
            "--skip-layout-checks",
            "Do not check destinations and side effects."
        );
        Option<bool> allowSpecial = CommandOptions.Flag(
            "--allow-special-system",
            "Accept special system packages that install outside the layout."
        );
        Option<bool> allowHeaders = CommandOptions.Flag(
            "--allow-reference-headers",
            "Accept archive headers as other packers write them."
        );
        Option<string> deny = CommandOptions.Choice(
            "--deny",
            "Refuse to publish what adds errors or warnings to the audit.",
            "",
            Audit
        );
        Option<IReadOnlyList<RepositoryLocation>> upstream = RemoteOptions.Upstream();
        Option<IReadOnlyList<Fingerprint>> trust = RemoteOptions.Trust("Required when --upstream is a URL.");
        Option<bool> noSite = CommandOptions.Flag(
            "--no-site",
            "Write no package browser, and remove the one that is there."
        );
        Option<bool> precompress = CommandOptions.Flag(
            "--precompress",
            "Keep .gz, .zst and .br copies of indexes and pages from now on, for web servers."
        );
        Option<bool> noPrecompress = CommandOptions.Flag("--no-precompress", "Keep no such copies any longer.");
        Option<bool> allowFuture = CommandOptions.Flag(
            "--allow-future",
            "Accept a --timestamp more than a day after the last publication and the newest build."
        );
        Option<bool> allowLarge = CommandOptions.Flag(
            "--allow-large-index",
            "Accept an index over 64 MiB, which known clients refuse."
        );
        Option<bool> dryRun = CommandOptions.Flag("--dry-run", "Only say what would change.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("publish", "Add packages to a repository and sign its new indexes.")
        {
            previous,
            fresh,
            signKey,
            timestamp,
            output,
            template,
            rebuild,
            allPackages,
            forgetMissing,
            skipExisting,
            requireSigned,
            skipLayout,
            allowSpecial,
            allowHeaders,
            deny,
            upstream,
            trust,
            noSite,
            precompress,
            noPrecompress,
            allowFuture,
            allowLarge,
            dryRun,
            json,
        };
        RebuildOptions rebuilds = new(command);
        command.SetAction(result =>
        {
            string? all = result.GetValue(allPackages);
            RefuseContradictions(result.GetValue(rebuild), all, result.GetValue(fresh));
            if (result.GetValue(precompress) && result.GetValue(noPrecompress))
            {
                throw new UserErrorException(
                    "--precompress and --no-precompress contradict each other; give one of them"
                );
            }

            IReadOnlyList<RepositoryLocation> below = result.GetValue(upstream) ?? [];
            if (below.Count > 0 && result.GetValue(deny) != Audit)
            {
                throw new UserErrorException("--upstream is for the audit; give --deny audit with it");
            }

            PublishRequest request = new()
            {
                In = result.GetRequiredValue(previous),
                New = result.GetValue(fresh),
                SignKey = result.GetRequiredValue(signKey),
                At = result.GetRequiredValue(timestamp),
                Out = result.GetRequiredValue(output),
                Template = result.GetValue(template) ?? UrlTemplate.Default,
                AllPackages = all,
                ForgetMissing = result.GetValue(forgetMissing),
                SkipExisting = result.GetValue(skipExisting),
                RequireSigned = result.GetValue(requireSigned),
                SkipLayoutChecks = result.GetValue(skipLayout),
                AllowSpecialSystem = result.GetValue(allowSpecial),
                AllowReferenceHeaders = result.GetValue(allowHeaders),
                DenyAudit = result.GetValue(deny) == Audit ? AuditSeverity.Warning : null,
                Below = RepositoriesBelow.Read(below, result.GetValue(trust) ?? [], context, stop),
                Rebuilds = rebuilds.Read(result),
                NoSite = result.GetValue(noSite),
                Precompress =
                    result.GetValue(precompress) ? true
                    : result.GetValue(noPrecompress) ? false
                    : null,
                AllowFuture = result.GetValue(allowFuture),
                AllowLargeIndex = result.GetValue(allowLarge),
                DryRun = result.GetValue(dryRun),
                Json = result.GetValue(json),
            };
            return PublishOperation.Run(request, context, stop);
        });
        return command;
    }

    private static void RefuseContradictions(bool rebuild, string? allPackages, string? fresh)
    {
        if (rebuild && allPackages is null)
        {
            throw new UserErrorException(
                "--rebuild needs --all-packages-dir, the directory of every package ever published"
            );
        }

        if (!rebuild && allPackages is not null)
        {
            throw new UserErrorException("--all-packages-dir is only for --rebuild; new packages are given with --new");
        }

        if (!rebuild && fresh is null)
        {
            throw new UserErrorException("missing required option --new DIR (or --rebuild with --all-packages-dir)");
        }
    }

    private static bool ParseTemplate(string? text, out UrlTemplate value, [NotNullWhen(false)] out string? error)
    {
        bool parsed = UrlTemplate.TryParse(text ?? "", out UrlTemplate? template, out error);
        value = template ?? UrlTemplate.Default;
        return parsed;
    }
}
