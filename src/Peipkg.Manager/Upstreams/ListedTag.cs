namespace Peipkg.Manager.Upstreams;

/// <summary>A tag as an upstream lists it.</summary>
/// <param name="Name">Without <c>refs/tags/</c>.</param>
/// <param name="ObjectId">What the tag points at: a tag object, or directly the commit.</param>
/// <param name="CommitId">The same, peeled.</param>
internal sealed record ListedTag(string Name, string ObjectId, string CommitId);
