using System.Text;

namespace Peipkg.Manager.Operating;

/// <summary>Reads a build's log line by line while it may still grow.</summary>
internal sealed class BuildLogReader(string path)
{
    // The manager writes none longer than 16 KiB; a log that someone else wrote is cut here.
    private const int LongestLine = 64 * 1024;

    private readonly List<byte> _rest = [];
    private long _position;

    /// <summary>Hands over the complete lines that have come since the last call.</summary>
    /// <param name="last">Nothing more will come: an incomplete line too.</param>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public IEnumerable<string> Lines(bool last)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Min(_position, file.Length);
        byte[] buffer = new byte[32 * 1024];
        int count;
        while ((count = file.Read(buffer)) > 0)
        {
            _position += count;
            for (int i = 0; i < count; i++)
            {
                if (buffer[i] == '\n' || _rest.Count >= LongestLine)
                {
                    yield return Take();
                }

                if (buffer[i] != '\n')
                {
                    _rest.Add(buffer[i]);
                }
            }
        }

        if (last && _rest.Count > 0)
        {
            yield return Take();
        }
    }

    private string Take()
    {
        string line = Encoding.UTF8.GetString([.. _rest]);
        _rest.Clear();
        return line;
    }
}
