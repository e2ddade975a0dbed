using Peipkg.Build.World;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Whether what a recipe requires is there. This machine's own programs come from packages that nobody knows.</summary>
internal static class RequirementCheck
{
    private const string Modules = "pkgconfig(";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Warns of what is known to be missing on this machine: modules that its pkg-config does not find.</summary>
    internal static void WarnOfMachine(Recipe recipe, BuildRequest request, ToolContext context)
    {
        Dependency[] modules =
        [
            .. recipe.Build.Requires.Where(required =>
                required.Name.Text.StartsWith(Modules, StringComparison.Ordinal)
            ),
        ];
        if (modules.Length == 0 || ProgramPath.Find("pkg-config", context) is not { } program)
        {
            return;
        }

        foreach (Dependency required in modules)
        {
            string module = required.Name.Text[Modules.Length..^1];
            using BoundedOutputStream said = new(1 << 10);
            ChildExit exit = ChildProcess.Run(
                new ChildProcessOptions
                {
                    FileName = program,
                    Arguments = ["--modversion", "--", module],
                    Environment =
                    [
                        new("PATH", ProgramPath.Of(context)),
                        .. request
                            .Variables.Where(variable => variable.Name != "PATH")
                            .Select(variable => new KeyValuePair<string, string>(variable.Name, variable.Value)),
                    ],
                    WorkingDirectory = "/",
                    StandardOutput = said,
                    StandardError = Stream.Null,
                    Timeout = Patience,
                },
                context.Cancellation
            );
            string version = said.Text().Trim();
            if (exit.Code == 1)
            {
                context.Diagnostics.Warning(
                    $"the recipe requires {required}, which pkg-config does not find on this machine"
                );
            }
            else if (
                VersionOperand.TryParse(version, out VersionOperand found, out _)
                && !DependencyResolver.Satisfies(required.Constraint, found)
            )
            {
                context.Diagnostics.Warning($"the recipe requires {required}, and this machine has {version}");
            }
        }
    }

    /// <summary>What a failure may come from where nobody knows whether it is there; null where that is known.</summary>
    internal static string? Doubt(Recipe recipe) =>
        recipe.Build.Requires.Count == 0
            ? null
            : $"The recipe requires {string.Join(", ", recipe.Build.Requires.Select(static required => required.ToString()))}; "
                + "whether this machine has all of it is not known.";
}
