using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Packing;

/// <summary>Shows the progress of writing a package: first its files are hashed, then they are compressed.</summary>
internal sealed class PackingProgress(Diagnostics diagnostics, string package) : IProgress<PackProgress>, IDisposable
{
    private readonly Lock _lock = new();
    private PackPhase _current;
    private ProgressPhase? _phase;
    private bool _ended;

    public void Report(PackProgress value)
    {
        lock (_lock)
        {
            if (_ended)
            {
                // The writer has been interrupted and does not know it yet.
                return;
            }

            if (_phase is null || value.Phase != _current)
            {
                _phase?.Dispose();
                _current = value.Phase;
                _phase = diagnostics.Begin(
                    $"{(value.Phase == PackPhase.Hashing ? "hashing" : "compressing")} {package}",
                    "files",
                    value.TotalFiles,
                    value.TotalBytes
                );
            }

            _phase.Report(value.Files, value.Bytes);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            _phase?.Dispose();
        }
    }
}
