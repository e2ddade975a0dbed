namespace Peipkg.Manager.Upstreams;

/// <summary>A tag as an upstream lists it, or an archive on a page.</summary>
/// <param name="Name">Without <c>refs/tags/</c>.</param>
/// <param name="ObjectId">
/// What the tag points at: a tag object, or directly the commit. Of an archive the SHA-256 that is locked; empty where none is.
/// </param>
/// <param name="CommitId">The same, peeled.</param>
internal sealed record ListedTag(string Name, string ObjectId, string CommitId)
{
    /// <summary>Whether it is known what it stands for.</summary>
    public bool IsKnown => ObjectId.Length > 0;
}
