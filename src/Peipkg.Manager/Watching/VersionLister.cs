using Peipkg.Manager.Git;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Watching;

/// <summary>Asks an upstream of either kind for its versions.</summary>
/// <param name="tags">Lists the tags of git repositories.</param>
/// <param name="archives">Lists the archives on pages.</param>
internal sealed class VersionLister(TagLister tags, ArchiveLister archives)
{
    /// <summary>Lists the tags, or the archives whose names are versions.</summary>
    /// <param name="recipe">A recipe that has an upstream.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UpstreamException">The upstream did not answer, or not with a list.</exception>
    public Task<IReadOnlyList<ListedTag>> ListAsync(RosterEntry recipe, CancellationToken cancellation)
    {
        Upstream upstream = recipe.Document.Upstream!;
        return upstream.Git is { } git
            ? tags.ListAsync(git, cancellation)
            : archives.ListAsync(upstream, recipe.Directory, cancellation);
    }
}
