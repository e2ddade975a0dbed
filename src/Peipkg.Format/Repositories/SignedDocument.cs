namespace Peipkg.Format.Repositories;

/// <summary>A document of a repository with its detached signature (§6.1.6), either of which may be missing.</summary>
/// <param name="Name">Its path below the root, with <c>/</c>.</param>
/// <param name="Content">Its exact bytes.</param>
/// <param name="Signature">The bytes of its <c>.sig</c> file.</param>
public sealed record SignedDocument(string Name, byte[]? Content, byte[]? Signature)
{
    /// <summary>Why the content is not there although it might be; null when it simply is not.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether both files are there.</summary>
    public bool IsComplete => Content is not null && Signature is not null;

    /// <summary>The signature's path below the root.</summary>
    public string SignatureName => Name + RepositoryLayout.SignatureSuffix;

    /// <summary>Whether both files are the same in another reading.</summary>
    public bool HasSameBytes(SignedDocument other) =>
        Content.AsSpan().SequenceEqual(other.Content) && Signature.AsSpan().SequenceEqual(other.Signature);
}
