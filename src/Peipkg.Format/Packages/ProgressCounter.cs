namespace Peipkg.Format.Packages;

/// <summary>Adds up what several threads have done and passes it on.</summary>
internal sealed class ProgressCounter(IProgress<PackProgress>? listener, PayloadSource[] files)
{
    private const long ReportEvery = 4 << 20;

    private readonly long _totalBytes = files.Sum(static f => f.Size);
    private PackPhase _phase = PackPhase.Hashing;
    private int _files;
    private long _bytes;
    private long _reported;

    internal void Begin(PackPhase phase)
    {
        _phase = phase;
        _files = 0;
        _bytes = 0;
        _reported = 0;
        Report();
    }

    internal void FileDone()
    {
        int done = Interlocked.Increment(ref _files);
        if (done == files.Length || (done & 255) == 0)
        {
            Report();
        }
    }

    internal void BytesDone(int count)
    {
        long done = Interlocked.Add(ref _bytes, count);
        long reported = Interlocked.Read(ref _reported);
        if (done - reported >= ReportEvery && Interlocked.CompareExchange(ref _reported, done, reported) == reported)
        {
            Report();
        }
    }

    private void Report() =>
        listener?.Report(
            new PackProgress(_phase, Volatile.Read(ref _files), files.Length, Interlocked.Read(ref _bytes), _totalBytes)
        );
}
