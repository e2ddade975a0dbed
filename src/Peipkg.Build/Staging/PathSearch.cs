namespace Peipkg.Build.Staging;

/// <summary>
/// Looks for a build's paths in content that comes in pieces. Between pieces it remembers only the few bytes in which a
/// path may begin that the next piece ends.
/// </summary>
internal sealed class PathSearch
{
    private readonly BuildPaths _paths;
    private readonly int _half;
    private readonly byte[] _seam;
    private int _seamLength;

    /// <summary>Begins at a file's beginning.</summary>
    /// <param name="paths">What to look for.</param>
    internal PathSearch(BuildPaths paths)
    {
        _paths = paths;
        Found = new bool[paths.Count];

        // One byte more than the longest path: the byte after it decides whether it is one.
        _half = paths.LongestBytes + 1;
        _seam = new byte[2 * _half];
    }

    /// <summary>Which of the paths were found.</summary>
    internal bool[] Found { get; }

    /// <summary>Searches the next piece.</summary>
    internal void Take(ReadOnlySpan<byte> piece)
    {
        if (_paths.Count == 0)
        {
            return;
        }

        // A path that spans two pieces lies in the end of the first and the beginning of the second.
        int head = Math.Min(piece.Length, _half);
        piece[..head].CopyTo(_seam.AsSpan(_seamLength));
        _seamLength += head;
        Search(_seam.AsSpan(0, _seamLength), mayEndHere: false);
        if (piece.Length > _half)
        {
            Search(piece, mayEndHere: false);
            piece[^_half..].CopyTo(_seam);
            _seamLength = _half;
        }
        else if (_seamLength > _half)
        {
            _seam.AsSpan(_seamLength - _half, _half).CopyTo(_seam);
            _seamLength = _half;
        }
    }

    /// <summary>The content has ended: a path may end with it.</summary>
    internal void End() => Search(_seam.AsSpan(0, _seamLength), mayEndHere: true);

    // A path at the very end of a piece is met again in the seam, together with the byte that follows it.
    private void Search(ReadOnlySpan<byte> bytes, bool mayEndHere)
    {
        for (int i = 0; i < Found.Length; i++)
        {
            Found[i] = Found[i] || _paths.IsIn(bytes, i, mayEndHere);
        }
    }
}
