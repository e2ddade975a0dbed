namespace Peipkg.Repo.Site;

/// <summary>A file of the package browser.</summary>
/// <param name="Path">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Content">Its bytes, which depend on the generation alone.</param>
internal sealed record SiteFile(string Path, ReadOnlyMemory<byte> Content);
