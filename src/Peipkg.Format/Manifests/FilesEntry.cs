using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Manifests;

/// <summary>One regular file of the payload as <c>.peipkg/files.json</c> lists it (PSD-009 §3.5).</summary>
/// <param name="Path">The file's path.</param>
/// <param name="Size">The file's size in bytes.</param>
/// <param name="Hash">The SHA-256 of the file's content.</param>
public sealed record FilesEntry(string Path, long Size, Sha256Digest Hash);
