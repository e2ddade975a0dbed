using System.Buffers;

namespace Peipkg.Manager.Processes;

/// <summary>Takes what a child writes.</summary>
internal interface IChildOutput
{
    /// <summary>Takes the next bytes.</summary>
    /// <returns>False when it was too much: the child is stopped.</returns>
    bool Take(ReadOnlySpan<byte> bytes);
}

/// <summary>Keeps everything up to a limit; more stops the child.</summary>
internal sealed class BoundedOutput(int limit) : IChildOutput
{
    private readonly ArrayBufferWriter<byte> _content = new();

    public ReadOnlySpan<byte> Content => _content.WrittenSpan;

    public bool Take(ReadOnlySpan<byte> bytes)
    {
        if (_content.WrittenCount + bytes.Length > limit)
        {
            return false;
        }

        _content.Write(bytes);
        return true;
    }
}

/// <summary>Keeps the first bytes only; the rest is read and dropped.</summary>
internal sealed class HeadOutput(int limit) : IChildOutput
{
    private readonly ArrayBufferWriter<byte> _content = new();

    public bool Take(ReadOnlySpan<byte> bytes)
    {
        _content.Write(bytes[..Math.Min(bytes.Length, limit - _content.WrittenCount)]);
        return true;
    }

    public string Text() => System.Text.Encoding.UTF8.GetString(_content.WrittenSpan);
}

/// <summary>Keeps the last bytes only, for an error message.</summary>
internal sealed class TailOutput(int limit = TailOutput.DefaultLimit) : IChildOutput
{
    public const int DefaultLimit = 4096;

    private readonly byte[] _ring = new byte[limit];
    private long _written;

    public bool Take(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes.Length > limit ? bytes[^limit..] : bytes)
        {
            _ring[_written++ % limit] = b;
        }

        return true;
    }

    /// <summary>The last lines as text, without trailing blanks; begins at a line's start where something was dropped.</summary>
    public string Text()
    {
        int length = (int)Math.Min(_written, limit);
        byte[] ordered = new byte[length];
        for (int i = 0; i < length; i++)
        {
            ordered[i] = _ring[(_written - length + i) % limit];
        }

        string text = System.Text.Encoding.UTF8.GetString(ordered);
        int firstLine = text.IndexOf('\n', StringComparison.Ordinal);
        return (_written > limit && firstLine >= 0 ? text[(firstLine + 1)..] : text).Trim();
    }
}

/// <summary>Hands the same bytes to two takers.</summary>
internal sealed class BothOutputs(IChildOutput first, IChildOutput second) : IChildOutput
{
    public bool Take(ReadOnlySpan<byte> bytes) => first.Take(bytes) & second.Take(bytes);
}
