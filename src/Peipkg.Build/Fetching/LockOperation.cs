using System.Text;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Fetching;

/// <summary>What <c>lock</c> was asked to do.</summary>
/// <param name="Recipe">The recipe file.</param>
/// <param name="Versions">The versions to lock.</param>
/// <param name="Archive">A file that is taken instead of downloading; null downloads.</param>
internal sealed record LockRequest(string Recipe, IReadOnlyList<VersionOperand> Versions, string? Archive);

/// <summary>
/// Records which archive a version is built from, after it was fetched, its signature verified, unpacked and patched: what
/// is locked can be fetched. A version that is locked already keeps its archive.
/// </summary>
internal static class LockOperation
{
    internal static int Run(LockRequest request, ToolContext context)
    {
        if (request.Versions.Count == 0)
        {
            throw new UsageErrorException("missing option --version: it says which versions to lock");
        }

        if (request is { Archive: not null, Versions.Count: > 1 })
        {
            throw new UsageErrorException("--archive is the archive of one version; give one --version with it");
        }

        Recipe recipe = RecipeSource.Load(request.Recipe, context.Diagnostics);
        SourceLock known = RecipeSource.LoadLock(recipe.Directory, context.Diagnostics);
        List<string> changes = [];
        foreach (string version in request.Versions.Select(version => version.Upstream))
        {
            LockedArchive archive = Examine(recipe, version, request.Archive, context);
            string described =
                $"{version} {archive.Sha256}{(archive.Signer is { } signer ? $" signed by {signer}" : "")}";
            if (known.Find(version) is { } before && before.Sha256 != archive.Sha256)
            {
                throw new UserErrorException(
                    $"the archive of {version} is another one than when it was locked; nothing was changed\n"
                        + $"  its SHA-256 is {archive.Sha256}\n  locked is     {before.Sha256}\n"
                        + $"Ask the upstream. If the new one is right, remove {version} from {SourceLock.FileName} and lock it again."
                );
            }

            changes.Add(known.Find(version) == archive ? $"  {described}" : $"+ {described}");
            known = known.With(archive);
        }

        DurableFile.Write(Path.Combine(recipe.Directory, SourceLock.FileName), Encoding.UTF8.GetBytes(known.Text()));
        changes.ForEach(context.Output.WriteLine);
        return ExitCode.Success;
    }

    private static LockedArchive Examine(Recipe recipe, string version, string? given, ToolContext context)
    {
        string temporary = StagingArea.ParentOf(context.Variables.GetValueOrDefault("TMPDIR"));
        using SourceFetch fetch = new(recipe, temporary, context);
        (Sha256Digest sha256, long size) = fetch.GetArchive(version, given);
        string? signer = fetch.RequireSignature(version);
        (_, Timestamp newest) = fetch.MakeTree(version);
        return new LockedArchive(version, recipe.Source!.Archive.For(version), sha256, size, newest)
        {
            Signer = signer,
        };
    }
}
