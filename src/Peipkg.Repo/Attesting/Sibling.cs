using Peipkg.Format.Cryptography;

namespace Peipkg.Repo.Attesting;

/// <summary>A file beside a package that says something about it.</summary>
/// <param name="Suffix">What its name adds to the package's.</param>
/// <param name="File">Where it lies.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Hash">Their digest.</param>
internal sealed record Sibling(string Suffix, string File, long Size, Sha256Digest Hash);
