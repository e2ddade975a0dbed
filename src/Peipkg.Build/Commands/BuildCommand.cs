using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Peipkg.Build.Building;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Commands;

/// <summary><c>build</c> makes packages from a recipe and a source tree.</summary>
internal static class BuildCommand
{
    internal static Command Create(ToolContext context)
    {
        Option<string> recipe = CommandOptions.Path(
            "--recipe",
            "FILE",
            "The recipe, a peipkg.toml; its directory is the recipe directory.",
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
            "The packages' version, [epoch:]upstream-revision.",
            PackageVersion.TryParse,
            required: true
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
            "Where the source comes from, usually git+URL#refs/tags/TAG; recorded in the packages.",
            required: true
        );
        Option<string> farmId = CommandOptions.Text(
            "--farm-id",
            "ID",
            "Who builds; recorded in the packages.",
            required: true
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of every archive entry and of SOURCE_DATE_EPOCH, as 2026-05-01T12:00:00Z.",
            Timestamp.TryParse,
            required: true
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
            variables,
            keepStage,
            edition,
        };
        Option<bool> twice = CommandOptions.Flag(
            "--twice",
            "Build a second time elsewhere, with another umask, processor count, host name and directory order, and refuse what differs."
        );
        command.Options.Add(twice);
        SandboxOptions sandbox = new(command);
        policy.AddTo(command);
        command.SetAction(result =>
            BuildOperation.Run(
                new BuildRequest
                {
                    Recipe = result.GetRequiredValue(recipe),
                    Source = result.GetRequiredValue(source),
                    Version = result.GetRequiredValue(version),
                    Architecture = result.GetValue(architecture),
                    SourceRef = result.GetRequiredValue(sourceRef),
                    FarmId = result.GetRequiredValue(farmId),
                    Timestamp = result.GetRequiredValue(timestamp),
                    Output = result.GetRequiredValue(output),
                    SignKey = result.GetValue(key),
                    KeepStage = result.GetValue(keepStage),
                    Edition = result.GetValue(edition),
                    Twice = result.GetValue(twice),
                    Sandbox = sandbox.Sandbox(result),
                    Limits = sandbox.Limits(result),
                    Policy = policy.Read(result),
                    Variables = BuildVariable.RequireDistinct(result.GetRequiredValue(variables)),
                },
                context
            )
        );
        return command;
    }

    private static bool ParseArchitecture(string? text, out Architecture? value, [NotNullWhen(false)] out string? error)
    {
        value = Architecture.TryParse(text, out Architecture architecture, out error) ? architecture : null;
        return error is null;
    }
}
