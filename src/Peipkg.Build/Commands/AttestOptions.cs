using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Peipkg.Build.Attesting;
using Peipkg.Build.Building;
using Peipkg.Build.Signing;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Commands;

/// <summary>The options with which whoever signs says how the packages were built.</summary>
internal sealed class AttestOptions
{
    private readonly Option<bool> _attest = CommandOptions.Flag(
        "--attest",
        "Write beside each package a signed attestation of how it was built, and a bill of materials; needs --recipe."
    );

    private readonly Option<string> _recipe = CommandOptions.Path(
        "--recipe",
        "PATH",
        "With --attest: the recipe that made the packages, a peipkg.toml or the directory that holds it."
    );

    private readonly Option<Edition> _edition = CommandOptions.Edition(
        $"With --attest: the edition of the format, if the recipe does not name one; {Edition.Default} otherwise."
    );

    private readonly Option<string> _commit = CommandOptions.Parsed<string>(
        "--source-commit",
        "ID",
        "With --attest: the git commit that was built.",
        ParseCommit
    );

    private readonly Option<string> _recipeRef = CommandOptions.Text(
        "--recipe-ref",
        "REF",
        "With --attest: where the recipe is kept, as git+URL#COMMIT."
    );

    private readonly Option<string> _root = CommandOptions.Path(
        "--root",
        "DIR",
        "With --attest: the root that the packages were built in, as compose makes it."
    );

    private readonly Option<IReadOnlyList<BuildFact>> _facts = CommandOptions.Many<BuildFact>(
        "--build-fact",
        "NAME=VALUE",
        "With --attest: something about how the build was run, as sandbox=bubblewrap.",
        BuildFact.TryParse
    );

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_attest, _recipe, _edition, _commit, _recipeRef, _root, _facts])
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="UsageErrorException">Something is said of the build, but none is to be attested; or the recipe is missing.</exception>
    internal AttestedRecipe? Read(ParseResult result)
    {
        string? recipe = result.GetValue(_recipe);
        Edition? edition = result.GetValue(_edition);
        string? commit = result.GetValue(_commit);
        string? reference = result.GetValue(_recipeRef);
        string? root = result.GetValue(_root);
        IReadOnlyList<BuildFact> facts = result.GetRequiredValue(_facts);
        if (result.GetValue(_attest))
        {
            return recipe is null
                ? throw new UsageErrorException(
                    "--attest tells by which recipe the packages were made; give --recipe with it"
                )
                : new AttestedRecipe(RecipePath.Of(recipe), edition, commit, root, facts) { Reference = reference };
        }

        string? alone =
            recipe is not null ? "--recipe"
            : edition is not null ? "--edition"
            : commit is not null ? "--source-commit"
            : reference is not null ? "--recipe-ref"
            : root is not null ? "--root"
            : facts.Count > 0 ? "--build-fact"
            : null;
        return alone is null
            ? null
            : throw new UsageErrorException($"{alone} is for what --attest writes; give --attest with it");
    }

    /// <summary>Reads a git commit's id.</summary>
    internal static bool ParseCommit(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = SourceAddress.IsCommit(value) ? null : "a commit has 40 or 64 lower-case hexadecimal digits";
        return error is null;
    }
}
