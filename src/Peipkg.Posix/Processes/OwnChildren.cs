using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Processes;

/// <summary>
/// The children of this process, read as quickly as can be: between looking and killing lies the time in which a process
/// that only forks and ends has handed over to its child.
/// </summary>
internal sealed class OwnChildren : IDisposable
{
    private readonly byte[] _buffer = new byte[PosixLimits.ChildListBytes];
    private readonly List<int> _found = [];
    private readonly SafeFileHandle? _list;

    internal OwnChildren()
    {
        try
        {
            // Orphans are given to the first thread of the process that has adopted them.
            _list = File.OpenHandle(
                string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{Environment.ProcessId}/children")
            );
        }
        catch (IOException)
        {
            // Kernels without CONFIG_PROC_CHILDREN have no such list.
        }
    }

    /// <summary>Reads them, the oldest first.</summary>
    /// <returns>Valid until the next call.</returns>
    internal IReadOnlyList<int> Read()
    {
        if (_list is null)
        {
            return ProcessTable.ChildrenOf(Environment.ProcessId);
        }

        _found.Clear();
        int pid = 0;
        int count;

        // The kernel gives a page at a time.
        for (long at = 0; (count = RandomAccess.Read(_list, _buffer, at)) > 0; at += count)
        {
            foreach (byte b in _buffer.AsSpan(0, count))
            {
                if (b is >= (byte)'0' and <= (byte)'9')
                {
                    pid = (10 * pid) + (b - '0');
                }
                else if (pid != 0)
                {
                    _found.Add(pid);
                    pid = 0;
                }
            }
        }

        return _found;
    }

    /// <inheritdoc/>
    public void Dispose() => _list?.Dispose();
}
