using Peipkg.Format;

namespace Peipkg.Repo.State;

/// <summary>A package file that a generation needs in its directory.</summary>
/// <param name="Source">The verified file.</param>
/// <param name="RelativePath">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Hash">Their digest; what is placed has it or the run fails.</param>
internal sealed record PackagePlacement(string Source, string RelativePath, long Size, Sha256Digest Hash);
