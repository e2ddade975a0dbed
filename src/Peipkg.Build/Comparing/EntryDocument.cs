using System.Text.Json.Serialization;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;

namespace Peipkg.Build.Comparing;

/// <summary>A package's entry in JSON: each kind has the members that it can have.</summary>
internal sealed record EntryDocument(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Size,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Target
)
{
    /// <summary>Describes an entry.</summary>
    /// <param name="path">Its path; null where the document has said it.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="size">Bytes of a file.</param>
    /// <param name="hash">A file's hash.</param>
    /// <param name="target">A symlink's target.</param>
    internal static EntryDocument Of(string? path, PayloadKind kind, long size, Sha256Digest? hash, string? target) =>
        kind switch
        {
            PayloadKind.Directory => new EntryDocument(path, "directory", null, null, null),
            PayloadKind.Symlink => new EntryDocument(path, "symlink", null, null, target),
            _ => new EntryDocument(path, "file", size, hash.ToString(), null),
        };
}
