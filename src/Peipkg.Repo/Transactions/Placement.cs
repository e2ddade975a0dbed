using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>A file that a generation needs at a place of its own before any index names it, and that never changes there.</summary>
/// <param name="RelativePath">Its place below the repository's root, with <c>/</c>.</param>
internal abstract record Placement(string RelativePath)
{
    /// <summary>Whether a regular file has these bytes already.</summary>
    internal abstract bool IsAt(string path, CancellationToken stop);

    /// <summary>Writes the file where nothing is yet.</summary>
    /// <param name="target">Its path.</param>
    /// <param name="flush">Whether to make it durable on its own.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal abstract void WriteTo(string target, bool flush, CancellationToken stop);

    /// <summary>The same file once it lies elsewhere as a file of its own, to be placed from there.</summary>
    internal abstract PackagePlacement AsPackage();
}

/// <summary>A package.</summary>
/// <param name="Source">The verified file.</param>
/// <param name="RelativePath">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Hash">Their digest; what is placed has it or the run fails.</param>
internal sealed record PackagePlacement(string Source, string RelativePath, long Size, Sha256Digest Hash)
    : Placement(RelativePath)
{
    /// <summary>Whether the source never changes, so that a second name for it will do.</summary>
    internal bool MayLink { get; init; }

    internal override bool IsAt(string path, CancellationToken stop) => HashedFile.Has(path, Size, Hash, stop);

    internal override void WriteTo(string target, bool flush, CancellationToken stop)
    {
        if (
            !MayLink
            || FileStatus.Of(Source) is not { IsRegular: true }
            || File.GetUnixFileMode(Source) != DurableFile.PublicMode
            || !HardLink.TryCreate(Source, target)
        )
        {
            HashedFile.CopyVerified(this, target, flush, stop);
        }
        else if (!HashedFile.Has(target, Size, Hash, stop))
        {
            throw new UserErrorException(
                $"{Source} changed while it was being published; nothing was published, run this again"
            );
        }
        else if (flush)
        {
            DurableFile.SyncFile(target);
        }
    }

    internal override PackagePlacement AsPackage() => this;
}

/// <summary>A document that is made here.</summary>
/// <param name="RelativePath">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record DocumentPlacement(string RelativePath, ReadOnlyMemory<byte> Content) : Placement(RelativePath)
{
    internal override bool IsAt(string path, CancellationToken stop) =>
        new FileInfo(path).Length == Content.Length && Content.Span.SequenceEqual(File.ReadAllBytes(path));

    internal override void WriteTo(string target, bool flush, CancellationToken stop)
    {
        using FileStream file = new(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(Content.Span);
        File.SetUnixFileMode(file.SafeFileHandle, DurableFile.PublicMode);
        file.Flush(flush);
    }

    internal override PackagePlacement AsPackage() =>
        new("", RelativePath, Content.Length, Sha256Digest.Of(Content.Span));
}
