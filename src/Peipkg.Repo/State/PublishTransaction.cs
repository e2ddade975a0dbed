namespace Peipkg.Repo.State;

/// <summary>
/// One generation on its way to the disk: packages first, then the four files of its indexes, then the single step that
/// makes it the repository's. Disposing before that step removes every trace.
/// </summary>
internal abstract class PublishTransaction : IDisposable
{
    /// <summary>
    /// Up to so many packages are flushed one by one; more of them are cheaper flushed with the whole file system, which
    /// also waits for whatever else is being written there.
    /// </summary>
    protected const int FewPackages = 32;

    /// <summary>The directory that the new indexes are written into; it exists and is empty.</summary>
    internal abstract string IndexDirectory { get; }

    /// <summary>Puts packages where the new indexes will say they are. Called once, before <see cref="Commit"/>.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal abstract void Place(IReadOnlyList<PackagePlacement> packages, CancellationToken stop);

    /// <summary>Makes everything durable and takes the step.</summary>
    /// <exception cref="IOException">The disk is full or failing; the old generation is still the repository's.</exception>
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
