namespace Peipkg.Repo.Site;

/// <summary>A file of the package browser.</summary>
/// <param name="Path">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Render">Makes its bytes, which depend on the generation alone; several files are rendered at once.</param>
internal sealed record SiteFile(string Path, Func<ReadOnlyMemory<byte>> Render);
