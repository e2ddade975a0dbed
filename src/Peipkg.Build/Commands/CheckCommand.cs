using System.CommandLine;
using Peipkg.Build.Checking;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Commands;

/// <summary><c>check</c>: what is wrong with recipes, without building them.</summary>
internal static class CheckCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<string>> recipes = CommandOptions.PathArguments(
            "RECIPE",
            "Recipe files, recipe directories, or directories of those."
        );
        Option<string> format = CommandOptions.Choice(
            "--format",
            "How to print the findings.",
            "text",
            "text",
            "json",
            "sarif"
        );
        Option<string> tags = CommandOptions.Text(
            "--tags",
            "FILE|URL",
            "Show which of these tags match tag_pattern and the version each becomes: a file with one a line, or a git repository's address."
        );
        Option<Edition> edition = CommandOptions.Edition(
            $"The edition of the format of recipes that do not name one; {Edition.Default} otherwise."
        );
        Option<bool> fix = CommandOptions.Flag(
            "--fix",
            "Change in the files what has exactly one right answer, and report what is left."
        );
        PolicyOptions policy = new();
        Command command = new("check", "Find everything that is wrong with recipes, without building them.")
        {
            recipes,
            format,
            tags,
            edition,
            fix,
        };
        policy.AddTo(command);
        command.SetAction(result =>
            CheckOperation.Run(
                new CheckRequest(
                    result.GetRequiredValue(recipes),
                    result.GetRequiredValue(format),
                    result.GetValue(tags),
                    result.GetValue(edition),
                    policy.Read(result)
                )
                {
                    Fix = result.GetValue(fix),
                },
                context
            )
        );
        return command;
    }
}
