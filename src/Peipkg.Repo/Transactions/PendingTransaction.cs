using Peipkg.Posix.Files;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Transactions;

/// <summary>A generation on its way to <see cref="PendingGeneration"/>: prepared like any other, but no reader's yet.</summary>
internal sealed class PendingTransaction : GenerationTransaction
{
    private readonly string _root;
    private readonly string _staging;
    private readonly DirectoryTree _files;
    private readonly List<PackagePlacement> _placements = [];
    private readonly List<string> _removed = [];
    private bool _committed;

    private PendingTransaction(string root, string staging)
    {
        _root = root;
        _staging = staging;
        _files = new DirectoryTree(staging);
    }

    /// <summary>What the generation is; set before <see cref="Commit"/>.</summary>
    internal PendingGeneration? Generation { get; set; }

    /// <summary>Begins.</summary>
    /// <param name="root">The repository, whose lock the caller holds and whose leftovers it has removed.</param>
    /// <param name="indexVersion">The generation's index_version.</param>
    internal static PendingTransaction Begin(string root, ulong indexVersion)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        return new PendingTransaction(root, StagingDirectory.Create(root, indexVersion));
    }

    internal override void Place(IReadOnlyList<Placement> files, CancellationToken stop)
    {
        _placements.AddRange(files.Select(static file => file.AsPackage()));
        Workers.ForEach(
            files,
            file =>
                file.WriteTo(_files.Prepare($"{PendingGeneration.Packages}/{file.RelativePath}"), flush: false, stop),
            stop
        );
    }

    internal override string Stage(string relativePath) => _files.Prepare($"{StagingDirectory.Next}/{relativePath}");

    internal override void Remove(string relativePath) => _removed.Add(relativePath);

    internal override void Commit()
    {
        PendingGeneration generation =
            Generation ?? throw new InvalidOperationException("The generation is not described.");
        (generation with { Placements = _placements, Removed = _removed }).Write(_staging);
        DurableFile.SyncFileSystem(_staging);
        string pending = PendingGeneration.PathIn(_root);
        bool replaces = Directory.Exists(pending);
        if (replaces)
        {
            DurableFile.Exchange(_staging, pending);
        }
        else
        {
            DurableFile.RenameNoReplace(_staging, pending);
        }

        _committed = true;
        DurableFile.SyncDirectory(_root);
        if (replaces)
        {
            TreeRemoval.Remove(_staging);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!_committed && Directory.Exists(_staging))
        {
            TreeRemoval.Remove(_staging);
        }
    }
}
