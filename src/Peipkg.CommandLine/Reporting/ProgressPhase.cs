using System.Globalization;
using System.Text;

namespace Peipkg.CommandLine.Reporting;

/// <summary>
/// Work whose progress is shown while it goes on; <see cref="Diagnostics.Begin"/> makes one. Safe to report to from
/// several threads, as often as they like.
/// </summary>
public sealed class ProgressPhase : IDisposable
{
    // Work that is done before anybody could read its line shows none.
    private static readonly TimeSpan FirstStatus = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan NextStatus = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstLine = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NextLine = TimeSpan.FromSeconds(15);

    private readonly Diagnostics _diagnostics;
    private readonly TimeProvider? _clock;
    private readonly bool _isTerminal;
    private readonly string _what;
    private readonly string? _itemName;
    private readonly long? _totalItems;
    private readonly long? _totalBytes;
    private readonly long _start;
    private long _next;
    private long _items;
    private long _bytes;

    internal ProgressPhase(
        Diagnostics diagnostics,
        TimeProvider? clock,
        bool isTerminal,
        string what,
        string? itemName,
        long? totalItems,
        long? totalBytes
    )
    {
        _diagnostics = diagnostics;
        _clock = clock;
        _isTerminal = isTerminal;
        _what = what;
        _itemName = itemName;
        _totalItems = totalItems;
        _totalBytes = totalBytes;
        _start = clock?.GetTimestamp() ?? 0;
        _next = clock is null ? long.MaxValue : _start + Ticks(isTerminal ? FirstStatus : FirstLine);
    }

    /// <summary>Sets how much is done.</summary>
    /// <param name="items">Items done since the beginning.</param>
    /// <param name="bytes">Bytes done since the beginning.</param>
    public void Report(long items, long bytes)
    {
        Interlocked.Exchange(ref _items, items);
        Interlocked.Exchange(ref _bytes, bytes);
        Show();
    }

    /// <summary>Adds what was done now.</summary>
    /// <param name="items">Further items.</param>
    /// <param name="bytes">Further bytes.</param>
    public void Add(long items, long bytes)
    {
        Interlocked.Add(ref _items, items);
        Interlocked.Add(ref _bytes, bytes);
        Show();
    }

    /// <summary>Ends the work: its line disappears; under <c>--verbose</c> one stays that says how much it was.</summary>
    public void Dispose()
    {
        if (_clock is null)
        {
            return;
        }

        Interlocked.Exchange(ref _next, long.MaxValue);
        _diagnostics.EraseStatus();
        if (_items > 0 || _bytes > 0)
        {
            TimeSpan elapsed = _clock.GetElapsedTime(_start);
            _diagnostics.Detail(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Text(elapsed, totals: false)} in {elapsed.TotalSeconds:0.00} s"
                )
            );
        }
    }

    private void Show()
    {
        long due = Interlocked.Read(ref _next);
        if (due == long.MaxValue || _clock!.GetTimestamp() < due)
        {
            return;
        }

        // Of several threads that find it due, one shows it.
        long next = _clock.GetTimestamp() + Ticks(_isTerminal ? NextStatus : NextLine);
        if (Interlocked.CompareExchange(ref _next, next, due) != due)
        {
            return;
        }

        string text = Text(_clock.GetElapsedTime(_start), totals: true);
        if (_isTerminal)
        {
            _diagnostics.ShowStatus(text);
        }
        else
        {
            _diagnostics.PlainLine(text);
        }
    }

    private string Text(TimeSpan elapsed, bool totals)
    {
        long items = Interlocked.Read(ref _items);
        long bytes = Interlocked.Read(ref _bytes);
        StringBuilder text = new(_what);
        string separator = ": ";
        if (_itemName is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $": {items:N0}");
            if (totals && _totalItems is { } allItems)
            {
                text.Append(CultureInfo.InvariantCulture, $" of {allItems:N0}");
            }

            text.Append(' ').Append(_itemName);
            separator = ", ";
        }

        if (bytes > 0)
        {
            text.Append(separator).Append(ByteCount.Text(bytes));
            if (totals && _totalBytes is { } allBytes)
            {
                text.Append(" of ").Append(ByteCount.Text(allBytes));
            }

            if (elapsed > TimeSpan.Zero)
            {
                text.Append(", ").Append(ByteCount.Text((long)(bytes / elapsed.TotalSeconds))).Append("/s");
            }
        }

        return text.ToString();
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock!.TimestampFrequency);
}
