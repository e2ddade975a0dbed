using System.CommandLine;
using Peipkg.Build.Starting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Commands;

/// <summary><c>schema</c>: what editors know of recipes.</summary>
internal static class SchemaCommand
{
    internal static Command Create(ToolContext context)
    {
        Command command = new(
            "schema",
            "Print a JSON Schema of peipkg.toml, by which editors complete and check recipes."
        );
        command.SetAction(_ =>
        {
            context.Output.Write(RecipeSchema.Text());
            return ExitCode.Success;
        });
        return command;
    }
}
