using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Peipkg.Build.Building;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Commands;

/// <summary><c>build</c> makes packages from a recipe and a source tree.</summary>
internal static class BuildCommand
{
    private const string OnFailure = "on-failure";

    internal static Command Create(ToolContext context)
    {
        Option<string> recipe = CommandOptions.Path(
            "--recipe",
            "PATH",
            "The recipe, a peipkg.toml or the directory that holds it.",
            required: true
        );
        Option<string> source = CommandOptions.Path(
            "--source",
            "DIR",
            "The source tree, $SOURCE_DIR to the build script.",
            required: true
        );
        Option<PackageVersion> version = CommandOptions.Parsed<PackageVersion>(
            "--version",
            "VERSION",
            "The packages' version, [epoch:]upstream-revision; without it, that of the tag on the source's commit.",
            PackageVersion.TryParse
        );
        Option<Architecture?> architecture = CommandOptions.Parsed<Architecture?>(
            "--arch",
            "ARCH",
            "The architecture to build for, where the recipe lists several; this machine's if it is one of them.",
            ParseArchitecture
        );
        Option<string> sourceRef = CommandOptions.Text(
            "--source-ref",
            "REF",
            "Where the source comes from, usually git+URL#refs/tags/TAG, as the default is; recorded in the packages."
        );
        Option<string> farmId = CommandOptions.Text(
            "--farm-id",
            "ID",
            "Who builds, by default local; recorded in the packages."
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of every archive entry and of SOURCE_DATE_EPOCH, as 2026-05-01T12:00:00Z; by default the caller's SOURCE_DATE_EPOCH or the time of the source's commit.",
            Timestamp.TryParse
        );
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "DIR",
            "Where the packages go; made if it is missing.",
            required: true
        );
        Option<string> key = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The Ed25519 private key that signs; without one the packages are unsigned."
        );
        Option<bool> attest = CommandOptions.Flag(
            "--attest",
            "Write beside each package a signed attestation of how it was built, and a bill of materials; needs --sign-key."
        );
        Option<IReadOnlyList<BuildVariable>> variables = CommandOptions.Many<BuildVariable>(
            "--build-env",
            "NAME=VALUE",
            "One more variable of the build script's environment.",
            BuildVariable.TryParse
        );
        Option<bool> keepStage = CommandOptions.Flag(
            "--keep-stage",
            "Keep the staging directory, with what the script installed and built, and say where it is."
        );
        Option<Edition> edition = CommandOptions.Edition(
            $"The edition of the format, if the recipe does not name one; {Edition.Default} otherwise."
        );
        PolicyOptions policy = new();
        Command command = new("build", "Run a recipe's build script and make one package for each of its stanzas.")
        {
            recipe,
            source,
            version,
            architecture,
            sourceRef,
            farmId,
            timestamp,
            output,
            key,
            attest,
            variables,
            keepStage,
            edition,
        };
        Option<bool> twice = CommandOptions.Flag(
            "--twice",
            "Build a second time elsewhere, with another umask, processor count, host name and directory order, and refuse what differs."
        );
        command.Options.Add(twice);
        Option<bool> noTest = CommandOptions.Flag("--no-test", "Do not run the recipe's test script.");
        command.Options.Add(noTest);
        Option<string> shell = CommandOptions.FlagOrChoice(
            "--shell",
            "Open a shell instead of running the script, in its sandbox, directory and environment, and make no package; or open it where a script fails.",
            OnFailure
        );
        command.Options.Add(shell);
        SandboxOptions sandbox = new(command);
        policy.AddTo(command);
        command.SetAction(result =>
        {
            ShellMode shellMode = ModeOf(result, shell);
            if (shellMode == ShellMode.Instead && result.GetValue(twice))
            {
                throw new UsageErrorException("--shell runs no script that --twice could run again; give one of them");
            }

            if (result.GetValue(attest) && result.GetValue(key) is null)
            {
                throw new UsageErrorException("--attest signs what it says of the build; give --sign-key with it");
            }

            string recipeFile = RecipePath.Of(result.GetRequiredValue(recipe));
            string sourceTree = result.GetRequiredValue(source);
            BuildIdentity identity = BuildIdentity.Complete(
                Given(result, version),
                result.GetValue(sourceRef),
                result.GetValue(farmId),
                Given(result, timestamp),
                recipeFile,
                sourceTree,
                context
            );
            return BuildOperation.Run(
                new BuildRequest
                {
                    Recipe = recipeFile,
                    Source = sourceTree,
                    Version = identity.Version,
                    Architecture = result.GetValue(architecture),
                    SourceRef = identity.SourceRef,
                    FarmId = identity.FarmId,
                    Timestamp = identity.Timestamp,
                    Output = result.GetRequiredValue(output),
                    SignKey = result.GetValue(key),
                    Attest = result.GetValue(attest),
                    KeepStage = result.GetValue(keepStage),
                    Edition = result.GetValue(edition),
                    Twice = result.GetValue(twice),
                    NoTest = result.GetValue(noTest),
                    Shell = shellMode,
                    Sandbox = sandbox.Sandbox(result),
                    Limits = sandbox.Limits(result),
                    Policy = policy.Read(result),
                    Variables = BuildVariable.RequireDistinct(result.GetRequiredValue(variables)),
                },
                context
            );
        });
        return command;
    }

    private static ShellMode ModeOf(ParseResult result, Option<string> shell) =>
        result.GetResult(shell) is not { } given ? ShellMode.None
        : given.Tokens.Count == 0 ? ShellMode.Instead
        : ShellMode.OnFailure;

    private static T? Given<T>(ParseResult result, Option<T> option)
        where T : struct => result.GetResult(option) is null ? null : result.GetValue(option);

    private static bool ParseArchitecture(string? text, out Architecture? value, [NotNullWhen(false)] out string? error)
    {
        value = Architecture.TryParse(text, out Architecture architecture, out error) ? architecture : null;
        return error is null;
    }
}
