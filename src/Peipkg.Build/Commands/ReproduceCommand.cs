using System.CommandLine;
using Peipkg.Build.Attesting;
using Peipkg.Build.Building;
using Peipkg.Build.Reproducing;
using Peipkg.Build.Signing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Commands;

/// <summary><c>reproduce</c>: whether packages come out the same when they are built again.</summary>
internal static class ReproduceCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> packages = CommandOptions.PathArguments(
            "PACKAGE",
            "Packages of one build; version, time, farm and source reference are taken from them. With --url: names, or NAME=VERSION."
        );
        packages.Arity = ArgumentArity.ZeroOrMore;
        Option<RepositoryLocation> url = CommandOptions.Parsed<RepositoryLocation>(
            "--url",
            "DIR|URL",
            "Rebuild packages of this repository: those that are named, or all that it offers and that have no verdict yet.",
            RepositoryLocation.TryParse
        );
        Option<IReadOnlyList<Fingerprint>> trust = CommandOptions.Many<Fingerprint>(
            "--trust",
            "FINGERPRINT",
            "With --url: a key that must have signed repo.json.",
            Fingerprint.TryParseTyped
        );
        Option<string> recipe = CommandOptions.Path(
            "--recipe",
            "PATH",
            "The recipe, a peipkg.toml or the directory that holds it; with --url, a directory of recipes.",
            required: true
        );
        Option<string> source = CommandOptions.Path(
            "--source",
            "DIR",
            "The source tree that the packages were built from; with --url it is fetched."
        );
        Option<string> rebuilt = CommandOptions.Path(
            "--rebuilt",
            "DIR",
            "Build nothing: compare with the unsigned packages of this directory; one that is missing could not be built."
        );
        Option<string> commit = CommandOptions.Parsed<string>(
            "--source-commit",
            "ID",
            "With --rebuilt: the git commit that was built, for the verdicts.",
            AttestOptions.ParseCommit
        );
        Option<IReadOnlyList<BuildFact>> facts = CommandOptions.Many<BuildFact>(
            "--build-fact",
            "NAME=VALUE",
            "With --rebuilt: something about how they were rebuilt, for the verdicts.",
            BuildFact.TryParse
        );
        Option<string> key = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The private key that signed them; without it what the signatures cover is compared."
        );
        Option<string> verdictKey = CommandOptions.Path(
            "--verdict-key",
            "FILE",
            "The private key that signs a verdict on each package; needs --verdicts."
        );
        Option<string> verdicts = CommandOptions.Path(
            "--verdicts",
            "DIR",
            "Where the signed verdicts go; made if it is missing."
        );
        Option<IReadOnlyList<BuildVariable>> variables = CommandOptions.Many<BuildVariable>(
            "--build-env",
            "NAME=VALUE",
            "One more variable of the build script's environment.",
            BuildVariable.TryParse
        );
        Option<Edition> edition = CommandOptions.Edition(
            $"The edition of the format, if the recipe does not name one; {Edition.Default} otherwise."
        );
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("reproduce", "Build packages again and say whether they are the same, or what differs.")
        {
            packages,
            url,
            trust,
            recipe,
            source,
            rebuilt,
            commit,
            facts,
            key,
            verdictKey,
            verdicts,
            variables,
            edition,
            json,
        };
        SandboxOptions sandbox = new(command);
        command.SetAction(result =>
        {
            IReadOnlyList<string> named = result.GetValue(packages) ?? [];
            RebuildConditions conditions = new(
                BuildVariable.RequireDistinct(result.GetRequiredValue(variables)),
                sandbox.Sandbox(result),
                sandbox.Limits(result),
                result.GetValue(edition)
            );
            VerdictOutput? output = VerdictsOf(result.GetValue(verdictKey), result.GetValue(verdicts));
            string tree = result.GetValue(source) ?? "";
            string? made = result.GetValue(rebuilt);
            RefuseWithout(made, result.GetValue(commit), result.GetRequiredValue(facts));
            if (result.GetValue(url) is { } location)
            {
                RefuseForRepository(tree, result.GetValue(key), made);
                return RepositoryRebuild.Run(
                    new RepositoryRebuildRequest(
                        location,
                        RequireTrust(result.GetRequiredValue(trust)),
                        named,
                        result.GetRequiredValue(recipe),
                        conditions,
                        output,
                        result.GetValue(json)
                    ),
                    context
                );
            }

            return result.GetRequiredValue(trust).Count > 0 ? throw new UsageErrorException("--trust is for --url")
                : named.Count == 0 ? throw new UsageErrorException("missing argument PACKAGE (or --url DIR|URL)")
                : made is not null
                    ? RebuiltComparison.Run(
                        new RebuiltRequest(
                            named,
                            tree.Length == 0 && result.GetValue(key) is null
                                ? made
                                : throw new UsageErrorException(
                                    "--rebuilt builds and signs nothing; leave out --source and --sign-key"
                                ),
                            new AttestedRecipe(
                                RecipePath.Of(result.GetRequiredValue(recipe)),
                                result.GetValue(edition),
                                result.GetValue(commit),
                                conditions.Sandbox?.Root,
                                result.GetRequiredValue(facts)
                            ),
                            output,
                            result.GetValue(json)
                        ),
                        context
                    )
                : tree.Length == 0 ? throw new UserErrorException("missing required option --source DIR")
                : ReproduceOperation.Run(
                    new ReproduceRequest(
                        named,
                        RecipePath.Of(result.GetRequiredValue(recipe)),
                        tree,
                        result.GetValue(key),
                        conditions,
                        output,
                        result.GetValue(json)
                    ),
                    context
                );
        });
        return command;
    }

    private static VerdictOutput? VerdictsOf(string? key, string? directory) =>
        (key, directory) switch
        {
            (null, null) => null,
            (null, _) => throw new UsageErrorException("--verdicts is for signed verdicts; give --verdict-key with it"),
            (_, null) => throw new UsageErrorException(
                "--verdict-key signs verdicts; say with --verdicts where they go"
            ),
            _ => new VerdictOutput(key, directory),
        };

    private static IReadOnlyList<Fingerprint> RequireTrust(IReadOnlyList<Fingerprint> trusted) =>
        trusted.Count > 0
            ? trusted
            : throw new UsageErrorException(
                "--url needs --trust FINGERPRINT: whoever answers for a repository can have signed anything with a key of their own"
            );

    private static void RefuseWithout(string? rebuilt, string? commit, IReadOnlyList<BuildFact> facts)
    {
        string? alone =
            rebuilt is not null ? null
            : commit is not null ? "--source-commit"
            : facts.Count > 0 ? "--build-fact"
            : null;
        if (alone is not null)
        {
            throw new UsageErrorException($"{alone} tells of a rebuild that was made before; give --rebuilt with it");
        }
    }

    private static void RefuseForRepository(string source, string? key, string? rebuilt)
    {
        if (rebuilt is not null)
        {
            throw new UsageErrorException("--rebuilt is for packages that are files; with --url they are built again");
        }

        if (source.Length > 0)
        {
            throw new UsageErrorException(
                "--source is for packages that are files; with --url each package's source is fetched"
            );
        }

        if (key is not null)
        {
            throw new UsageErrorException(
                "--sign-key is for packages that are files; with --url what signatures cover is compared"
            );
        }
    }
}
