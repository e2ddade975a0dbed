using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Site;

/// <summary>What a generation changes in the package browser.</summary>
/// <param name="Changed">Files that are new or differ from what is there.</param>
/// <param name="Removed">Files that the generation no longer has.</param>
internal sealed record SiteChanges(
    IReadOnlyList<(string Path, ReadOnlyMemory<byte> Bytes)> Changed,
    IReadOnlyList<string> Removed
)
{
    /// <summary>Puts them into a generation.</summary>
    internal void Stage(GenerationTransaction transaction)
    {
        foreach ((string path, ReadOnlyMemory<byte> bytes) in Changed)
        {
            GenerationWriter.WriteFile(transaction.Stage(path), bytes.Span);
        }

        foreach (string path in Removed)
        {
            transaction.Remove(path);
        }
    }
}
