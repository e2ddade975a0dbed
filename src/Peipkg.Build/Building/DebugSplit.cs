using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Building;

/// <summary>
/// Splits debug information off the files of stanzas that ask for it, into files that debuggers find by the build-id, and
/// gives those to the stanzas that hold them. What is split already stays as it is.
/// </summary>
internal static class DebugSplit
{
    private const string DebugTree = "usr/lib/debug/";

    /// <summary>Splits what a script has installed.</summary>
    /// <param name="recipe">Says of which stanzas.</param>
    /// <param name="request">Says where and how the script ran; the programs of the machine run alike.</param>
    /// <param name="area">The build's own directories, with the installed files.</param>
    /// <param name="context">The search path is the caller's.</param>
    /// <returns>The recipe, whose stanzas for debug information claim what belongs to them.</returns>
    /// <exception cref="UserErrorException">A file cannot be split, or a program is missing.</exception>
    internal static Recipe Run(Recipe recipe, BuildRequest request, StagingArea area, ToolContext context)
    {
        if (!recipe.Stanzas.Any(static stanza => stanza.SplitsDebug))
        {
            return recipe;
        }

        using StagedTree tree = StagedTree.Walk(
            area.Destination,
            ScriptCommand.UmaskOf(request),
            mayChangeModes: true,
            context.Cancellation
        );
        Dictionary<string, List<DebugFile>> found = Find(recipe, tree, context.Cancellation);
        Refuse([.. found.Values.SelectMany(files => files).Where(file => file.Fault is not null)]);
        DebugFile[] whole = [.. found.Values.SelectMany(files => files).Where(file => file.Strip.Length > 0)];
        if (whole.Length > 0)
        {
            if (request.Variation is null)
            {
                context.Diagnostics.Step($"splitting debug information off {Counted.Text(whole.Length, "file")}");
            }

            new DebugProgram(recipe, request, area, context).Split(OncePerFile(whole, area.Destination));
        }

        HashSet<string> taken = new(StringComparer.Ordinal);
        return recipe with
        {
            Stanzas =
            [
                .. recipe.Stanzas.Select(stanza =>
                    stanza.HoldsDebug
                        ? Claiming(stanza, found.GetValueOrDefault(stanza.SplitFrom!) ?? [], area.Destination, taken)
                        : stanza
                ),
            ],
        };
    }

    private static Dictionary<string, List<DebugFile>> Find(
        Recipe recipe,
        StagedTree tree,
        CancellationToken cancellation
    )
    {
        Partition partition = Partition.Divide(recipe.Stanzas, tree.Entries);
        Dictionary<string, List<DebugFile>> found = new(StringComparer.Ordinal);
        for (int i = 0; i < recipe.Stanzas.Count; i++)
        {
            if (OwnerOf(recipe.Stanzas[i], recipe)?.Name.Text is not { } owner)
            {
                continue;
            }

            foreach (PayloadSource file in partition.Shares[i])
            {
                cancellation.ThrowIfCancellationRequested();
                if (
                    file.Kind == PayloadKind.File
                    && !file.Path.StartsWith(DebugTree, StringComparison.Ordinal)
                    && DebugFile.Of(file) is { } split
                )
                {
                    (found.TryGetValue(owner, out List<DebugFile>? files) ? files : found[owner] = []).Add(split);
                }
            }
        }

        return found;
    }

    // What is split off a stanza, or needs exactly its build, is a part of it: a static library for development is one.
    private static Stanza? OwnerOf(Stanza stanza, Recipe recipe) =>
        stanza.SplitsDebug
            ? stanza
            : recipe.Stanzas.FirstOrDefault(whole =>
                whole.SplitsDebug && (stanza.SplitFrom == whole.Name.Text || stanza.NeedsBuildOf(whole))
            );

    private static void Refuse(DebugFile[] faulty)
    {
        if (faulty.Length > 0)
        {
            throw new UserErrorException(
                "debug = true: the debug information of these files cannot be split off; no package was made"
                    + string.Concat(faulty.Select(file => $"\n  {TerminalText.Escape(file.Path)}: {file.Fault}"))
                    + "\nLink with -Wl,--build-id (for Go: -ldflags \"-linkmode external -extldflags -Wl,--build-id\"), or strip the file in the build script, a kernel module before it is signed."
            );
        }
    }

    // Names of one file are the same file afterwards.
    private static List<DebugFile> OncePerFile(DebugFile[] files, string root)
    {
        List<DebugFile> once = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (DebugFile file in files)
        {
            if (
                FileStatus.Of(Path.Combine(root, file.Path)) is { } status
                && seen.Add($"{status.Device} {status.Inode}")
            )
            {
                file.Mode = status.Permissions;
                once.Add(file);
            }
        }

        return once;
    }

    // Copies of a file have one identity, and one package holds what was split off.
    private static Stanza Claiming(Stanza stanza, List<DebugFile> files, string root, HashSet<string> taken)
    {
        FilePattern[] claims =
        [
            .. files
                .Select(file => file.Target)
                .OfType<string>()
                .Where(target => File.Exists(Path.Combine(root, target)) && taken.Add(target))
                .Order(PayloadPath.Order)
                .Select(target => new FilePattern(Glob.ParseAll(target)[0], stanza.Files[0].Position)),
        ];
        return claims.Length == 0 ? stanza : stanza with { Files = claims };
    }
}
