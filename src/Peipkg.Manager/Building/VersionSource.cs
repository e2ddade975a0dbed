using Peipkg.Format.Identity;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
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
/// <param name="git">Fetches tags.</param>
/// <param name="archives">Fetches archives.</param>
internal sealed class VersionSource(SourceFetcher git, ArchiveFetcher archives)
{
    /// <summary>Fetches exactly what was listed when the build was queued.</summary>
    /// <param name="recipe">The recipe, which has an upstream.</param>
    /// <param name="tag">What was listed.</param>
    /// <param name="version">The package version.</param>
    /// <param name="room">Where it is built; its source directory holds the tree afterwards.</param>
    /// <param name="log">Told everything.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UpstreamException">It cannot be fetched, or is not what was listed.</exception>
    /// <exception cref="BuildFailureException">Likewise.</exception>
    public async Task<FetchedSource> FetchAsync(
        RosterEntry recipe,
        ListedTag tag,
        PackageVersion version,
        BuildRoom room,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        Upstream upstream = recipe.Document.Upstream!;
        if (upstream.Git is { } address)
        {
            Timestamp committed = await git.FetchAsync(
                address,
                tag,
                upstream.Submodules,
                Directory.CreateDirectory(room.Source).FullName,
                log,
                cancellation
            );
            return new FetchedSource($"git+{address.Text}#refs/tags/{tag.Name}", tag.CommitId, committed);
        }

        LockedArchive? locked = SourceLock.Load(recipe.Directory).Find(version.Upstream);
        if (locked?.Sha256.ToString() != tag.ObjectId)
        {
            throw new UpstreamException(
                $"{SourceLock.FileName} names another archive of {version.Upstream} than when the build was queued, or none; the next poll looks at it again"
            );
        }

        await archives.FetchAsync(recipe, version.Upstream, room.Stage, room.Source, log, cancellation);
        return new FetchedSource($"{locked.Url}#sha256={locked.Sha256}", "", locked.Timestamp);
    }
}
