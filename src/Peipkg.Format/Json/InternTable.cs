using System.Text;

namespace Peipkg.Format.Json;

/// <summary>Turns a text into a checked value, as the identities' <c>TryParse</c> does.</summary>
internal delegate bool TextParser<T>(string? text, out T value, out string? error);

/// <summary>Checks each distinct text of a document once and hands out one value for all its occurrences.</summary>
/// <remarks>An index names the same packages, constraints and licences a hundred thousand times over.</remarks>
/// <typeparam name="T">What the text denotes.</typeparam>
/// <param name="rule">The rule that a text breaks when it does not parse.</param>
/// <param name="parser">Checks a text.</param>
internal sealed class InternTable<T>(string rule, TextParser<T> parser)
{
    // A document of nothing but distinct or huge texts gains nothing from being remembered.
    private const int MaxEntries = 1 << 16;
    private const int MaxTextBytes = 256;

    private readonly Dictionary<byte[], T> _values = new(Utf8Comparer.Instance);

    // Neighbours in a sorted document often share a text, which a comparison finds sooner than a hash.
    private readonly byte[] _lastKey = new byte[MaxTextBytes];
    private int _lastLength = -1;
    private T _lastValue = default!;

    /// <summary>The rule that a text breaks when it does not parse.</summary>
    internal string Rule => rule;

    /// <summary>The value of a text.</summary>
    internal bool TryGet(ReadOnlySpan<byte> utf8, out T value, out string? error)
    {
        error = null;
        if (utf8.Length == _lastLength && utf8.SequenceEqual(_lastKey.AsSpan(0, _lastLength)))
        {
            value = _lastValue;
            return true;
        }

        if (utf8.Length > MaxTextBytes)
        {
            return parser(Encoding.UTF8.GetString(utf8), out value, out error);
        }

        var lookup = _values.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(utf8, out var known))
        {
            value = known;
        }
        else if (!parser(Encoding.UTF8.GetString(utf8), out value, out error))
        {
            return false;
        }
        else if (_values.Count < MaxEntries)
        {
            lookup[utf8] = value;
        }

        utf8.CopyTo(_lastKey);
        _lastLength = utf8.Length;
        _lastValue = value;
        return true;
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        internal static Utf8Comparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => RandomizedHash.Of(obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => RandomizedHash.Of(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
