using System.Numerics;

namespace Peipkg.Format.Compression;

/// <summary>
/// How content of a given size is compressed. The parameters are part of the tools' version and change only with it, since a
/// package's bytes depend on them (§3.1.3); docs/performance.md tells what they were chosen by.
/// </summary>
/// <param name="ContentSize">Bytes before compression.</param>
/// <param name="Files">Files in the content.</param>
internal readonly record struct CompressionPlan(long ContentSize, int Files)
{
    /// <summary>The level that all other parameters begin from.</summary>
    internal const int Level = 8;

    /// <summary>
    /// Log2 of how far back a match may lie, at most: 64 MiB. Twice as much saves up to two per cent and needs 64 MiB more
    /// memory; readers would take it.
    /// </summary>
    internal const int LargestWindowLog = 26;

    /// <summary>Files from which the window is halved: what is known of each of them takes the memory instead.</summary>
    private const int ManyFiles = 1 << 14;

    /// <summary>Log2 of the window for <see cref="ManyFiles"/>: 32 MiB.</summary>
    private const int ManyFilesWindowLog = 25;

    /// <summary>Files from which there is memory for little else.</summary>
    private const int VeryManyFiles = 3 << 14;

    /// <summary>Log2 of the window for <see cref="VeryManyFiles"/>: 8 MiB.</summary>
    private const int VeryManyFilesWindowLog = 23;

    /// <summary>Content bytes from which the parameters below pay; under it the engine's own tables are better.</summary>
    private const int LargeContent = 1 << 20;

    /// <summary>
    /// Bytes of the shortest match that is looked for nearby. The level's own choice, shorter ones, costs time and saves
    /// nothing in large content; longer ones miss what source text repeats.
    /// </summary>
    private const int MinMatch = 5;

    /// <summary>
    /// Log2 of how many positions share an entry in the table of distant content. The engine's own choice, 7, misses half of
    /// what related binaries share; 5 saves 2 % of gcc and costs a tenth of the time.
    /// </summary>
    private const int DistantRateLog = 6;

    /// <summary>Log2 of how many places with one hash the table of distant content remembers.</summary>
    private const int DistantBucketLog = 4;

    /// <summary>Bytes of the shortest match that is looked for far away. Shorter ones displace better ones nearby.</summary>
    private const int DistantMinMatch = 64;

    /// <summary>
    /// Content bytes that one worker compresses at a time. The engine's own choice, four windows, would need hundreds of
    /// mebibytes.
    /// </summary>
    private const int JobSize = 4 << 20;

    /// <summary>As much of the content before a job as the engine permits, a quarter of a job, is known to the job's worker.</summary>
    private const int LargestOverlap = 9;

    /// <summary>
    /// The level for documents that a web server sends compressed. It is the fastest, its window of 512 KiB is one that every
    /// browser takes (RFC 9659), and higher levels do not make an index smaller.
    /// </summary>
    private const int WebLevel = 1;

    /// <summary>Whether the content is a document that a web server sends compressed, and no package.</summary>
    internal bool IsForWeb { get; init; }

    /// <summary>The parameters in the order in which they are set.</summary>
    /// <param name="workers">Threads that compress, at least 1: none at all would give other bytes.</param>
    internal IEnumerable<(CompressionParameter Parameter, int Value)> Parameters(int workers)
    {
        if (IsForWeb)
        {
            yield return (CompressionParameter.Level, WebLevel);
            yield break;
        }

        yield return (CompressionParameter.Level, Level);
        yield return (CompressionParameter.Checksum, 0);
        yield return (CompressionParameter.Workers, workers);
        yield return (CompressionParameter.JobSize, JobSize);
        if (ContentSize < LargeContent)
        {
            yield break;
        }

        int largest = Files switch
        {
            < ManyFiles => LargestWindowLog,
            < VeryManyFiles => ManyFilesWindowLog,
            _ => VeryManyFilesWindowLog,
        };
        int windowLog = Math.Min(largest, BitOperations.Log2((ulong)ContentSize - 1) + 1);
        yield return (CompressionParameter.WindowLog, windowLog);
        yield return (CompressionParameter.MinMatch, MinMatch);
        yield return (CompressionParameter.OverlapLog, LargestOverlap);
        yield return (CompressionParameter.LongDistanceMatching, 1);
        yield return (CompressionParameter.LongDistanceRateLog, DistantRateLog);
        yield return (CompressionParameter.LongDistanceHashLog, windowLog - DistantRateLog);
        yield return (CompressionParameter.LongDistanceBucketLog, DistantBucketLog);
        yield return (CompressionParameter.LongDistanceMinMatch, DistantMinMatch);
    }
}
