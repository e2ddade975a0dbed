using System.Runtime.InteropServices;

namespace Peipkg.Manager.Processes;

/// <summary>NUL-terminated UTF-8 strings and NULL-terminated arrays of them, freed together.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    /// <exception cref="ArgumentException">The text holds a NUL, which would silently cut an argument short.</exception>
    public byte* Add(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("an argument or variable of a child process may not hold a NUL", nameof(text));
        }

        nint block = Marshal.StringToCoTaskMemUTF8(text);
        _blocks.Add(block);
        return (byte*)block;
    }

    public byte** AddArray(IReadOnlyList<string> texts)
    {
        byte** array = (byte**)Marshal.AllocCoTaskMem(checked((texts.Count + 1) * sizeof(nint)));
        _blocks.Add((nint)array);
        for (int i = 0; i < texts.Count; i++)
        {
            array[i] = Add(texts[i]);
        }

        array[texts.Count] = null;
        return array;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint block in _blocks)
        {
            Marshal.FreeCoTaskMem(block);
        }
    }
}
