using System.Text;

namespace Peipkg.Build.Staging;

/// <summary>The directories of a build, whose paths should not occur in its packages.</summary>
internal sealed class BuildPaths
{
    // A shorter path is likely to be part of another: "/src" of "/usr/src".
    private const int FewestComponents = 2;

    private readonly List<(string Path, bool Staged, byte[] Bytes)> _paths = [];

    /// <summary>Takes the paths that are long enough to be recognised.</summary>
    /// <param name="staged">Where files are installed to; the directories are gone when the files are used.</param>
    /// <param name="building">Where files are built; the paths differ from build to build.</param>
    internal BuildPaths(IEnumerable<string> staged, IEnumerable<string> building)
    {
        Add(staged, isStaged: true);
        Add(building, isStaged: false);
        LongestBytes = _paths.Count == 0 ? 0 : _paths.Max(path => path.Bytes.Length);
    }

    /// <summary>The length of the longest path, in bytes; 0 where there is nothing to look for.</summary>
    internal int LongestBytes { get; }

    /// <summary>How many there are.</summary>
    internal int Count => _paths.Count;

    /// <summary>Whether files are installed to a path.</summary>
    internal bool IsStaged(int index) => _paths[index].Staged;

    /// <summary>The path as text.</summary>
    internal string Text(int index) => _paths[index].Path;

    /// <summary>Whether bytes contain a path, followed by something that does not continue its last name.</summary>
    /// <param name="bytes">Where to look.</param>
    /// <param name="index">Which path.</param>
    /// <param name="mayEndHere">Whether the end of the bytes counts as such.</param>
    internal bool IsIn(ReadOnlySpan<byte> bytes, int index, bool mayEndHere = true)
    {
        ReadOnlySpan<byte> path = _paths[index].Bytes;
        while (true)
        {
            int at = bytes.IndexOf(path);
            if (at < 0)
            {
                return false;
            }

            int after = at + path.Length;
            if (after == bytes.Length ? mayEndHere : !ContinuesName(bytes[after]))
            {
                return true;
            }

            bytes = bytes[after..];
        }
    }

    private static bool ContinuesName(byte b) =>
        char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'.' or >= 0x80;

    private void Add(IEnumerable<string> paths, bool isStaged)
    {
        foreach (string path in paths.Select(path => path.TrimEnd('/')))
        {
            if (path.Count(c => c == '/') >= FewestComponents && _paths.TrueForAll(known => known.Path != path))
            {
                _paths.Add((path, isStaged, Encoding.UTF8.GetBytes(path)));
            }
        }
    }
}
