using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary><c>peipkg-repo init</c>.</summary>
internal static class InitCommand
{
    internal static Command Create(OperationContext context)
    {
        Option<string> name = CommandOptions.Text(
            "--name",
            "NAME",
            "The repository's name, in kebab case.",
            required: true
        );
        Option<string> signKey = CommandOptions.Path(
            "--sign-key",
            "FILE",
            "The Ed25519 private key; its public half is published.",
            required: true
        );
        Option<Timestamp> timestamp = CommandOptions.Parsed<Timestamp>(
            "--timestamp",
            "TIME",
            "The time of the empty indexes, such as 2026-01-31T12:00:00Z.",
            Timestamp.TryParse,
            required: true
        );
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "DIR",
            "The repository's directory: absent or empty.",
            required: true
        );
        Option<string> description = new("--description")
        {
            Description = "One line for people.",
            HelpName = "TEXT",
            Arity = ArgumentArity.ExactlyOne,
        };
        Option<Edition> edition = CommandOptions.Edition($"The edition of its packages (default: {Edition.Default}).");
        Option<bool> official = CommandOptions.Flag(
            "--official",
            "Make the official repository, whose packages may put files into drop-in directories."
        );
        Command command = new("init", "Make an empty repository.")
        {
            name,
            signKey,
            timestamp,
            output,
            description,
            edition,
            official,
        };
        command.SetAction(result =>
            InitOperation.Run(
                new InitRequest(
                    result.GetRequiredValue(name),
                    result.GetValue(description) ?? "",
                    result.GetRequiredValue(signKey),
                    result.GetRequiredValue(timestamp),
                    result.GetRequiredValue(output)
                )
                {
                    Edition = result.GetValue(edition) ?? Edition.Default,
                    Official = result.GetValue(official),
                },
                context
            )
        );
        return command;
    }
}
