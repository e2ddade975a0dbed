using System.Text;

namespace Peipkg.Format.Json;

/// <summary>Turns a text into a checked value, as the identities' <c>TryParse</c> does.</summary>
internal delegate bool TextParser<T>(string? text, out T value, out string? error);

/// <summary>Remembers texts that were checked, so that those that recur are checked once and kept once.</summary>
/// <remarks>
/// An index names the same packages, constraints and licences a hundred thousand times over. It also holds many texts that come
/// once only, so a text costs no more than its place: one that falls on another's replaces it. Texts beyond ASCII are not found
/// again, which is of no consequence but to speed.
/// </remarks>
/// <typeparam name="T">What the text denotes.</typeparam>
/// <param name="rule">The rule that a text breaks when it does not parse.</param>
/// <param name="parser">Checks a text.</param>
internal sealed class InternTable<T>(string rule, TextParser<T> parser)
{
    // Powers of two.
    private const int FirstPlaces = 16;
    private const int MostPlaces = 1 << 14;
    private const int MaxTextBytes = 256;

    private Place[] _places = new Place[FirstPlaces];
    private int _taken;

    // Neighbours in a sorted document often share a text, which a comparison finds sooner than a hash.
    private Place _last;

    /// <summary>The rule that a text breaks when it does not parse.</summary>
    internal string Rule => rule;

    /// <summary>The value of a text.</summary>
    internal bool TryGet(ReadOnlySpan<byte> utf8, out T value, out string? error)
    {
        error = null;
        if (_last.Holds(utf8))
        {
            value = _last.Value;
            return true;
        }

        if (utf8.Length > MaxTextBytes)
        {
            return parser(Encoding.UTF8.GetString(utf8), out value, out error);
        }

        int hash = RandomizedHash.Of(utf8);
        ref Place place = ref _places[hash & (_places.Length - 1)];
        if (!place.Holds(utf8))
        {
            string text = Encoding.UTF8.GetString(utf8);
            if (!parser(text, out value, out error))
            {
                return false;
            }

            _taken += place.Text is null ? 1 : 0;
            place = new Place(text, hash, value);
        }

        _last = place;
        value = place.Value;
        if (_taken > _places.Length / 2 && _places.Length < MostPlaces)
        {
            Grow();
        }

        return true;
    }

    private void Grow()
    {
        Place[] places = new Place[_places.Length * 4];
        _taken = 0;
        foreach (Place place in _places)
        {
            if (place.Text is not null)
            {
                places[place.Hash & (places.Length - 1)] = place;
                _taken++;
            }
        }

        _places = places;
    }

    private readonly record struct Place(string? Text, int Hash, T Value)
    {
        internal bool Holds(ReadOnlySpan<byte> utf8) => Text is not null && Ascii.Equals(utf8, Text);
    }
}
