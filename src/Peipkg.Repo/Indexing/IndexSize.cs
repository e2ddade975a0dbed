using System.Globalization;
using Peipkg.Format.Repositories;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Indexing;

/// <summary>How near an index is to what known clients take: beyond it, they refuse the whole repository.</summary>
internal static class IndexSize
{
    /// <summary>More than the document has around its entries.</summary>
    private const int AroundEntries = 512;

    private const string Remedy = "prune old versions with peipkg-repo prune, or begin another repository";

    /// <summary>Bytes of the document with these entries, at most a few hundred too many.</summary>
    internal static long Of(IReadOnlyList<IndexRow> rows) =>
        AroundEntries + rows.Sum(static row => row.Json.Length + 1L);

    /// <summary>What to say of an index that comes near the limit, or is over it; null for one that does not.</summary>
    /// <param name="document">Its path in the repository.</param>
    /// <param name="size">Its bytes.</param>
    internal static string? Warning(string document, long size) =>
        size <= RepoLimits.NotedIndexBytes
            ? null
            : $"{document} has {Mebibytes(size)} MiB; known clients take {Mebibytes(RepoLimits.ClientIndexBytes)} MiB at most: {Remedy}";

    /// <summary>Why an index is not published that known clients would refuse; null for one that they take.</summary>
    /// <param name="document">Its path in the repository.</param>
    /// <param name="size">Its bytes.</param>
    internal static Refusal? Refuse(string document, long size) =>
        size <= RepoLimits.ClientIndexBytes
            ? null
            : new Refusal(
                document,
                IntakeRule.IndexTooLarge,
                $"it would have {Mebibytes(size)} MiB, and known clients refuse an index over {Mebibytes(RepoLimits.ClientIndexBytes)} MiB: "
                    + $"{Remedy}; where all clients take more, publish with --allow-large-index"
            );

    private static string Mebibytes(long bytes) =>
        (bytes / (double)(1 << 20)).ToString("0.#", CultureInfo.InvariantCulture);
}
