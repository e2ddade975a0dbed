using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Peipkg.Format.Archive;

/// <summary>
/// Makes the one zstd frame of a package (§3.1.3). The same content gives the same bytes with any number of workers;
/// the parameters here are therefore part of the tools' version and change only with it.
/// </summary>
internal sealed class ZstdFrameWriter : IDisposable
{
    /// <summary>
    /// With the two settings below, as fast as the plain level 8 and smaller than the plain level 9; 12 costs twice the
    /// time for half a per cent, 19 forty times for ten.
    /// </summary>
    private const int Level = 8;

    /// <summary>Content bytes from which the two settings below pay; under it the engine's own tables are better.</summary>
    private const int LargeContent = 1 << 20;

    /// <summary>Log2 of how far back a match may lie: 8 MiB, all of a job and of most packages.</summary>
    private const int LargeWindowLog = 23;

    /// <summary>Bytes of the shortest match looked for. Shorter ones cost time and save nothing in large content.</summary>
    private const int LargeMinMatch = 6;

    /// <summary>
    /// Content bytes one worker compresses at a time. The engine's own choice, four windows, would need 60 MiB more per
    /// core.
    /// </summary>
    private const int JobSize = 8 << 20;

    /// <summary>The engine and its setting, for people: a package's bytes depend on them.</summary>
    internal static string Engine { get; } = $"zstd {Methods.ZSTD_versionString()} (ZstdSharp), level {Level}";

    private readonly CompressionStream _frame;
    private bool _finished;

    /// <summary>Begins the frame.</summary>
    /// <param name="output">Receives the compressed bytes; stays open.</param>
    /// <param name="contentSize">
    /// Bytes that will be written, exactly. The frame's header carries it, and it lets the engine choose small tables
    /// for small packages.
    /// </param>
    /// <param name="workers">Threads that compress, at least 1. None at all would give other bytes.</param>
    internal ZstdFrameWriter(Stream output, long contentSize, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _frame = new CompressionStream(output, Level, bufferSize: 1 << 17, leaveOpen: true);
        _frame.SetParameter(ZSTD_cParameter.ZSTD_c_nbWorkers, workers);
        _frame.SetParameter(ZSTD_cParameter.ZSTD_c_jobSize, JobSize);
        _frame.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 0);
        if (contentSize >= LargeContent)
        {
            _frame.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, LargeWindowLog);
            _frame.SetParameter(ZSTD_cParameter.ZSTD_c_minMatch, LargeMinMatch);
        }

        _frame.SetPledgedSrcSize(checked((ulong)contentSize));
    }

    /// <summary>Takes the content.</summary>
    internal Stream Content => _frame;

    /// <summary>Ends the frame; what was written before is then complete.</summary>
    internal void Finish()
    {
        _finished = true;
        _frame.Dispose();
    }

    /// <summary>Without <see cref="Finish"/>, gives the frame up.</summary>
    public void Dispose()
    {
        if (_finished)
        {
            return;
        }

        _finished = true;
        try
        {
            _frame.Dispose();
        }
        catch (Exception exception) when (exception is ZstdException or IOException)
        {
            // The engine always tries to end its frame. Why it was given up is the error that matters.
        }
    }
}
