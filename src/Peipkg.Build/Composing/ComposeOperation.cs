using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Recipes;

namespace Peipkg.Build.Composing;

/// <summary>What <c>compose</c> was asked to do.</summary>
/// <param name="Repositories">Where the packages come from.</param>
/// <param name="Trusted">The keys one of which must have signed each repository's descriptor.</param>
/// <param name="Wanted">The packages that are asked for.</param>
/// <param name="Output">The root's directory.</param>
/// <param name="Cache">The directory of unpacked packages; null for the user's own.</param>
internal sealed record ComposeRequest(
    IReadOnlyList<RepositoryLocation> Repositories,
    IReadOnlyList<Fingerprint> Trusted,
    IReadOnlyList<Dependency> Wanted,
    string Output,
    string? Cache
);

/// <summary>Makes a root directory of packages and all that they need. It appears as a whole, and replaces nothing.</summary>
internal static class ComposeOperation
{
    // What packages of no edition may install, and programs look for all the same.
    private static readonly (string Name, string Target)[] SystemLinks =
    [
        ("bin", "usr/bin"),
        ("sbin", "usr/sbin"),
        ("lib", "usr/lib/"),
        ("lib64", "usr/lib/"),
    ];

    internal static int Run(ComposeRequest request, ToolContext context)
    {
        string output = NewDirectory.RequireFree(request.Output);
        string made = DurableFile.TemporarySibling(output);
        string temporary = made + ".fetched";
        try
        {
            Directory.CreateDirectory(made);
            Directory.CreateDirectory(temporary);
            List<ComposeSource> sources = [];
            foreach (RepositoryLocation location in request.Repositories)
            {
                sources.Add(ComposeSource.Open(location, request.Trusted, temporary, context));
            }

            RootClosure closure = RootClosure.Of(request.Wanted, sources);
            RootCache cache = new(request.Cache ?? UsersCache(context) ?? Path.Combine(temporary, "cache"), context);
            RootTree tree = new(made);
            foreach (IndexEntry entry in closure.Packages)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                tree.Add(entry, cache.Take(entry, closure.SourceOf(entry)));
            }

            AddLinks(tree, closure);
            tree.RequireUndisputed();
            File.WriteAllBytes(
                Path.Combine(made, RootDocument.FileName),
                new RootDocument(closure.Edition, closure.Packages).Write()
            );
            tree.Seal();
            NewDirectory.Put(made, output);
            context.Diagnostics.Note(
                $"composed of {Counted.Text(closure.Packages.Count, "package")}, which {RootDocument.FileName} in it lists"
            );
        }
        finally
        {
            TreeRemoval.TryRemove(temporary);
            TreeRemoval.TryRemove(made);
        }

        context.Output.WriteLine(request.Output);
        return ExitCode.Success;
    }

    private static void AddLinks(RootTree tree, RootClosure closure)
    {
        foreach (IndexEntry entry in closure.Packages)
        {
            foreach (Dependency dependency in entry.Dependencies)
            {
                if (dependency.Claims.Slots.Count > 0 && closure.Provider(entry, dependency) is { } provider)
                {
                    AddClaims(tree, entry, dependency, provider);
                }
            }
        }

        string? triplet = closure.Edition.Layout.Find(RecipeTarget.Machine)?.Triplet;
        foreach ((string name, string target) in SystemLinks)
        {
            tree.AddLink(name, target.EndsWith('/') ? target + triplet : target, "the root itself");
        }
    }

    /// <summary>Leads the paths that a package claims to what its provider fills them with (PSPU 5.23).</summary>
    private static void AddClaims(RootTree tree, IndexEntry entry, Dependency dependency, IndexEntry provider)
    {
        foreach (Provide provide in provider.Provides)
        {
            foreach (ClaimSlot filled in provide.Name == dependency.Name ? provide.Claims.Slots : [])
            {
                foreach (ClaimSlot asked in dependency.Claims.Slots)
                {
                    if (asked.Slot == filled.Slot)
                    {
                        tree.AddLink(asked.Path!.TrimStart('/'), filled.Target!, $"{entry.Name} {entry.Version}");
                    }
                }
            }
        }
    }

    /// <summary>Where a user's programs keep what they can make again; null where that is not said.</summary>
    private static string? UsersCache(ToolContext context)
    {
        string? caches =
            context.Variables.GetValueOrDefault("XDG_CACHE_HOME") is { Length: > 0 } given ? given
            : context.Variables.GetValueOrDefault("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache")
            : null;
        return caches is not null && Path.IsPathRooted(caches)
            ? Path.Combine(caches, ToolContext.Program, "packages")
            : null;
    }
}
