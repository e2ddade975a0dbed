using System.CommandLine;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Commands;

/// <summary>
/// <c>recipe-names</c>, for shells that complete a recipe's name. It needs no farm and no right but to see the recipes'
/// directories, and never complains.
/// </summary>
internal sealed class RecipeNamesCommand(Option<string> config, ManagerWorld world)
{
    public const string Name = "recipe-names";

    public Command Create()
    {
        Command command = new(Name, "Print the names of the recipes, a line each.") { Hidden = true };
        command.SetAction(result =>
        {
            try
            {
                string directory = ManagerProgram.LoadConfig(result.GetRequiredValue(config)).RecipesDirectory;
                foreach (
                    string recipe in Directory
                        .EnumerateDirectories(directory)
                        .Order(StringComparer.Ordinal)
                        .Where(recipe => File.Exists(Path.Combine(recipe, "peipkg.toml")))
                )
                {
                    world.Stdout.WriteLine(TerminalText.Escape(Path.GetFileName(recipe)));
                }

                return ExitCode.Success;
            }
            catch (Exception e)
                when (e is UsageErrorException or UserErrorException or IOException or UnauthorizedAccessException)
            {
                return ExitCode.Failure;
            }
        });
        return command;
    }
}
