using System.Text;
using Peipkg.Format.Text;

namespace Peipkg.Format.Json;

/// <summary>Knows where in a document a reader is, so that an error can name the place as a JSON pointer (RFC 6901).</summary>
internal sealed class JsonPlace
{
    /// <summary>Stands for the first key of an array, which has none.</summary>
    internal const int Array = -1;

    // What is being read in each open container: the position of the current key's opening quote, or the number of
    // the current element; −1 before the first.
    private readonly int[] _current = new int[Limits.JsonDepth];
    private readonly int[] _firstName = new int[Limits.JsonDepth];

    /// <summary>Open containers.</summary>
    internal int Depth { get; private set; }

    /// <summary>Whether the innermost container is an array.</summary>
    internal bool IsArray => Depth > 0 && FirstName == Array;

    /// <summary>Where the innermost object's keys start among those of all open objects.</summary>
    internal int FirstName => _firstName[Depth - 1];

    /// <summary>Goes back to before the document.</summary>
    internal void Reset() => Depth = 0;

    /// <summary>Opens a container, which the caller has checked not to be too deep.</summary>
    internal void Push(int firstName)
    {
        _firstName[Depth] = firstName;
        _current[Depth] = -1;
        Depth++;
    }

    /// <summary>Closes the innermost container.</summary>
    internal void Pop() => Depth--;

    /// <summary>Goes to the key whose opening quote is at a position.</summary>
    internal void Enter(int position) => _current[Depth - 1] = position;

    /// <summary>Goes to the next element.</summary>
    internal void CountElement() => _current[Depth - 1]++;

    /// <summary>The pointer to the current value; empty for the document itself.</summary>
    internal string Pointer(ReadOnlySpan<byte> document)
    {
        var pointer = new StringBuilder();
        for (var level = 0; level < Depth && _current[level] >= 0; level++)
        {
            pointer.Append('/');
            if (_firstName[level] == Array)
            {
                pointer.Append(_current[level]);
            }
            else
            {
                pointer.Append(Token(MemberNames.RawName(document, _current[level])));
            }
        }

        return pointer.ToString();
    }

    private static string Token(ReadOnlySpan<byte> raw)
    {
        var plain = new byte[raw.Length];
        var length = JsonText.Unescape(raw, plain);
        var name = Encoding.UTF8.GetString(length < 0 ? raw : plain.AsSpan(0, length));
        return DisplayText.Escape(
            name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)
        );
    }
}
