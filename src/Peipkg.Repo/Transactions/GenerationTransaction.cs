namespace Peipkg.Repo.Transactions;

/// <summary>
/// One generation on its way to the disk, whatever makes it: a publication, a change of keys, a pruning. Packages go to
/// their places first, then everything else that is new or changes is staged, and a single step makes it all the
/// repository's. Disposing before that step removes every trace.
/// </summary>
/// <remarks>
/// A file whose path is new goes to its place before the step, for nothing names it yet; a file that goes away does so
/// after it, when nothing names it any more. The step itself is for <c>repo.json</c>, its signature, the indexes and
/// every staged file that replaces another: whoever reads by path sees all of them old or all of them new.
/// </remarks>
internal abstract class GenerationTransaction : IDisposable
{
    /// <summary>
    /// Up to so many files are flushed one by one; more of them are cheaper flushed with the whole file system, which
    /// also waits for whatever else is being written there.
    /// </summary>
    protected const int FewFiles = 32;

    /// <summary>What is in place but not tidy after the step, in words; null when all is well.</summary>
    internal string? Untidy { get; private protected set; }

    /// <summary>Puts packages, and what lies beside them, where the new indexes will say they are. Called at most once.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal abstract void Place(IReadOnlyList<Placement> files, CancellationToken stop);

    /// <summary>
    /// Where to write a file that the generation has new or changed; nothing is there yet. The four files of the indexes
    /// are always staged together, and <c>repo.json</c> with its signature.
    /// </summary>
    /// <param name="relativePath">Its place below the repository's root, with <c>/</c>.</param>
    internal abstract string Stage(string relativePath);

    /// <summary>Names a file that the generation no longer has. It goes once nothing names it any more.</summary>
    /// <param name="relativePath">Its place below the repository's root, with <c>/</c>.</param>
    internal abstract void Remove(string relativePath);

    /// <summary>Makes everything durable and takes the step.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal abstract void Commit();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what a transaction that was not committed has put on the disk.</summary>
    protected abstract void Dispose(bool disposing);
}
