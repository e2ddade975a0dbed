using Peipkg.Build.Composing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
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

    /// <summary>Refuses a root that lacks something; warns of what is known to be missing on this machine.</summary>
    /// <exception cref="UserErrorException">The root lacks it, all of it, or is not what it says.</exception>
    internal static void Require(Recipe recipe, BuildRequest request, ToolContext context)
    {
        if (request.Sandbox?.Root is not { } root)
        {
            WarnOfMachine(recipe, request, context);
        }
        else if (ComposedRoot.TryRead(root) is { } packages)
        {
            DependencyResolver resolver = new(packages.Packages, packages.Edition);
            List<string> problems = [];
            foreach (Dependency required in recipe.Build.Requires)
            {
                if (resolver.Choose(RecipeTarget.Machine, required) is null)
                {
                    problems.Add(
                        $"the recipe requires {required}, but in --root {root} {resolver.WhyNot(RecipeTarget.Machine, RecipeTarget.Machine, required)}"
                    );
                }
            }

            if (problems.Count > 0)
            {
                throw new UserErrorException(string.Join('\n', problems));
            }
        }
    }

    /// <summary>Warns of what is known to be missing on this machine: modules that its pkg-config does not find.</summary>
    private static void WarnOfMachine(Recipe recipe, BuildRequest request, ToolContext context)
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
    internal static string? Doubt(Recipe recipe, BuildRequest request) =>
        recipe.Build.Requires.Count == 0 || (request.Sandbox?.Root is { } root && ComposedRoot.IsIn(root))
            ? null
            : $"The recipe requires {string.Join(", ", recipe.Build.Requires.Select(static required => required.ToString()))}; "
                + $"whether {request.Sandbox?.Root ?? "this machine"} has all of it is not known.";
}
