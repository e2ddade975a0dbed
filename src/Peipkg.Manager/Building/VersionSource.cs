using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Building;

/// <summary>Where a version's source came from.</summary>
/// <param name="Reference">The package's <c>source_ref</c>.</param>
/// <param name="Commit">The git commit; empty for an archive.</param>
/// <param name="Time">When it was committed, or the time of the archive's newest file.</param>
internal sealed record FetchedSource(string Reference, string Commit, Timestamp Time);

/// <summary>Brings the source of a version here, from an upstream of either kind.</summary>
/// <param name="layout">Where sources are.</param>
/// <param name="git">Fetches tags.</param>
/// <param name="archives">Fetches archives.</param>
internal sealed class VersionSource(StateLayout layout, SourceFetcher git, ArchiveFetcher archives)
{
    /// <summary>Fetches exactly what was listed when the build was queued.</summary>
    /// <param name="recipe">The recipe, which has an upstream.</param>
    /// <param name="build">The build.</param>
    /// <param name="attempt">The attempt, whose source directory holds the tree afterwards.</param>
    /// <param name="log">Told everything.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UpstreamException">It cannot be fetched, or is not what was listed.</exception>
    /// <exception cref="BuildFailureException">Likewise.</exception>
    public async Task<FetchedSource> FetchAsync(
        RosterEntry recipe,
        BuildRecord build,
        long attempt,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        Upstream upstream = recipe.Document.Upstream!;
        string directory = layout.SourceOf(attempt);
        if (upstream.Git is { } address)
        {
            Timestamp committed = await git.FetchAsync(
                address,
                new ListedTag(build.Tag, build.ObjectId, build.CommitId),
                upstream.Submodules,
                Directory.CreateDirectory(directory).FullName,
                log,
                cancellation
            );
            return new FetchedSource($"git+{address.Text}#refs/tags/{build.Tag}", build.CommitId, committed);
        }

        string version = PackageVersion.Parse(build.Version).Upstream;
        LockedArchive? locked = SourceLock.Load(recipe.Directory).Find(version);
        if (locked?.Sha256.ToString() != build.ObjectId)
        {
            throw new UpstreamException(
                $"{SourceLock.FileName} names another archive of {version} than when the build was queued, or none; the next poll looks at it again"
            );
        }

        await archives.FetchAsync(recipe, version, layout.StageOf(attempt), directory, log, cancellation);
        return new FetchedSource($"{locked.Url}#sha256={locked.Sha256}", "", locked.Timestamp);
    }
}
