using System.Globalization;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Fetching;

/// <summary>
/// Applies the patches of a recipe with <c>git apply</c>, which guesses nothing: the lines around a change must be those of
/// the patch, and nothing outside the tree or behind a link is changed.
/// </summary>
internal static class PatchApplication
{
    /// <summary>Applies a recipe's patches in their order.</summary>
    /// <param name="patches">The patches.</param>
    /// <param name="recipe">The recipe's directory.</param>
    /// <param name="tree">The source tree.</param>
    /// <param name="context">PATH says where git is.</param>
    /// <exception cref="UserErrorException">One does not apply; the message names the patch, the file and the hunk.</exception>
    internal static void Apply(IReadOnlyList<SourcePatch> patches, string recipe, string tree, ToolContext context)
    {
        foreach (SourcePatch patch in patches)
        {
            GitInvocation invocation = GitInvocation.Create(
                new GitSurroundings
                {
                    Caller = new Dictionary<string, string>(StringComparer.Ordinal),
                    Directory = tree,
                    // A repository that the archive holds is none of ours.
                    Repository = "/dev/null",
                },
                "apply",
                "--verbose",
                "--reject",
                "--whitespace=nowarn",
                string.Create(CultureInfo.InvariantCulture, $"-p{patch.Strip}"),
                "--",
                Path.Combine(recipe, patch.Path)
            );
            (ChildExit exit, string text) = new BoundedProgram("git", invocation.Arguments)
            {
                Directory = tree,
                Environment = invocation.Environment,
            }.Run(context);
            if (!exit.IsSuccess)
            {
                throw new UserErrorException(
                    $"{patch.Path} does not apply:\n{string.Join('\n', Reasons(text).DefaultIfEmpty($"  git {exit}"))}"
                );
            }

            context.Diagnostics.Detail($"applied {patch.Path}");
        }
    }

    // git says "Applying patch src/x.c with 1 reject..." and then "Rejected hunk #2." for each; what has other reasons,
    // it says in errors.
    private static IEnumerable<string> Reasons(string text)
    {
        const string Applying = "Applying patch ";
        const string Rejected = "Rejected hunk ";
        const string Error = "error: ";
        string file = "";
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith(Applying, StringComparison.Ordinal))
            {
                file = line[Applying.Length..].Split(" with ")[0];
            }
            else if (line.StartsWith(Rejected, StringComparison.Ordinal))
            {
                yield return $"  {file}: hunk {line[Rejected.Length..].TrimEnd('.')} does not match the file";
            }
            else if (
                line.StartsWith(Error, StringComparison.Ordinal)
                && !line.StartsWith("error: while searching for", StringComparison.Ordinal)
                && !line.StartsWith("error: patch failed", StringComparison.Ordinal)
            )
            {
                yield return $"  {line[Error.Length..]}";
            }
        }
    }
}
