using System.CommandLine;
using Peipkg.Build.Starting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Commands;

/// <summary><c>new</c>: a recipe to start from.</summary>
internal static class NewCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<PackageName> name = CommandOptions.ParsedArgument<PackageName>(
            "NAME",
            "The package's name; the recipe is made in a new directory of that name.",
            PackageName.TryParse
        );
        Option<string> template = CommandOptions.Choice(
            "--template",
            "How the upstream is built.",
            "make",
            RecipeTemplate.Names
        );
        Option<bool> split = CommandOptions.Flag(
            "--split",
            "Put headers and documentation into packages of their own, NAME-dev and NAME-doc."
        );
        Option<Edition> edition = CommandOptions.Edition(
            $"The edition of the format that the recipe is for; {Edition.Default} otherwise."
        );
        Command command = new("new", "Make a recipe to start from, with comments and an example that it builds.")
        {
            name,
            template,
            split,
            edition,
        };
        command.SetAction(result =>
            NewOperation.Run(
                new NewRequest(
                    result.GetRequiredValue(name),
                    result.GetRequiredValue(template),
                    result.GetValue(split),
                    result.GetValue(edition) ?? Edition.Default
                ),
                context
            )
        );
        return command;
    }
}
