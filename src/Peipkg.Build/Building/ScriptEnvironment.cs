using System.Globalization;
using Peipkg.Build.Sandboxing;
using Peipkg.Format.Identity;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>The whole environment of a script.</summary>
internal static class ScriptEnvironment
{
    /// <summary>The variables that no option sets; the caller's value goes before that of any other.</summary>
    internal static IReadOnlyList<string> Reserved { get; } =
    ["SOURCE_DIR", "DESTDIR", "SOURCE_DATE_EPOCH", "LC_ALL", "TZ", "PATH"];

    /// <summary>Composes it.</summary>
    /// <param name="which">The script.</param>
    /// <param name="recipe">What is built.</param>
    /// <param name="request">The version, time and limits, and the variables that the caller adds.</param>
    /// <param name="places">The directories as the script sees them.</param>
    /// <param name="path">The search path.</param>
    internal static List<KeyValuePair<string, string>> Of(
        RecipeScript which,
        Recipe recipe,
        BuildRequest request,
        ScriptPlaces places,
        string path
    )
    {
        Architecture architecture = ArchitectureOf(recipe);
        string triplet = recipe.Meta.Edition.Layout.Find(architecture)?.Triplet ?? "";
        string name = recipe.Stanzas[0].Name.Text;
        int jobs = request.Limits.Processors ?? Environment.ProcessorCount;
        List<KeyValuePair<string, string>> variables =
        [
            new("SOURCE_DIR", places.Source),
            new(which.TreeVariable, places.Destination),
            new("SOURCE_DATE_EPOCH", Number(request.Timestamp.UnixSeconds)),
            new("LC_ALL", "C"),
            new("TZ", "UTC"),
            new("PATH", path),
            new("NAME", name),
            new("VERSION", request.Version.Upstream),
            new("PACKAGE_VERSION", request.Version.Text),
            new("REVISION", Number(request.Version.Revision)),
            new("ARCH", architecture.Text),
            new("TRIPLET", triplet),
            new("LIBDIR", triplet.Length == 0 ? "/usr/lib" : $"/usr/lib/{triplet}"),
            new("RECIPE_DIR", places.Recipe),
            new("JOBS", Number(Math.Min(jobs, Environment.ProcessorCount))),
            new("HOME", places.Home),
        ];
        if (recipe.Build.DefaultFlags)
        {
            variables.AddRange(
                CompilerFlags.For(
                    architecture,
                    [places.Source, places.Work, places.Home],
                    $"{name}-{request.Version.Upstream}",
                    recipe.Stanzas.Any(static stanza => stanza.SplitsDebug)
                )
            );
        }

        variables.RemoveAll(ours => request.Variables.Any(variable => variable.Name == ours.Key));
        variables.AddRange(
            request.Variables.Select(variable => new KeyValuePair<string, string>(variable.Name, variable.Value))
        );
        return variables;
    }

    /// <summary>The architecture that a recipe is built for: that of its packages, <c>noarch</c> if none has another.</summary>
    internal static Architecture ArchitectureOf(Recipe recipe) =>
        recipe
            .Stanzas.Select(stanza => stanza.Architecture)
            .FirstOrDefault(architecture => architecture != Architecture.NoArch, Architecture.NoArch);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
