using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Reading;

/// <summary>A document of a repository with its detached signature (§6.1.6), either of which may be missing.</summary>
/// <param name="Name">Its path below the root, with <c>/</c>.</param>
/// <param name="Content">Its exact bytes.</param>
/// <param name="Signature">The bytes of its <c>.sig</c> file.</param>
internal sealed record SignedDocument(string Name, byte[]? Content, byte[]? Signature)
{
    /// <summary>Why the content is not there although it might be; null when it simply is not.</summary>
    internal string? Fault { get; init; }

    /// <summary>Whether both files are there.</summary>
    internal bool IsComplete => Content is not null && Signature is not null;

    /// <summary>The signature's path below the root.</summary>
    internal string SignatureName => Name + RepositoryLayout.SignatureSuffix;

    /// <summary>Whether both files are the same in another reading.</summary>
    internal bool HasSameBytes(SignedDocument other) =>
        Content.AsSpan().SequenceEqual(other.Content) && Signature.AsSpan().SequenceEqual(other.Signature);
}
