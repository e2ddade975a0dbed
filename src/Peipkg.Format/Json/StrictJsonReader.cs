using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Peipkg.Format.Json;

/// <summary>Reads a JSON document from foreign hands, refusing all that PSD-009 §1.3 refuses.</summary>
/// <remarks>
/// <para>
/// Refused, also inside fields that the caller skips: a key that comes twice in an object, nesting over
/// <see cref="Limits.JsonDepth"/>, exponents, integers outside 0 to 2^64−1, bytes that are not UTF-8, lone surrogates,
/// comments, trailing commas, a byte order mark, and anything after the document. Every violation is a
/// <see cref="FormatViolationException"/> whose place is the JSON pointer of the value.
/// </para>
/// <para>
/// The caller drives: <see cref="BeginObject"/>, then <see cref="NextMember"/> until it returns false, reading or
/// skipping each value in turn; arrays alike. The document is never copied into a tree.
/// </para>
/// </remarks>
public ref struct StrictJsonReader
{
    private readonly ReadOnlySpan<byte> _document;
    private readonly MemberNames _names;
    private readonly JsonPlace _place;
    private Utf8JsonReader _tokens;
    private ReadOnlySpan<byte> _name;
    private int _nameStart;

    // NextElement must look at a token to know that the array goes on; the value is then read from it.
    private bool _peeked;

    /// <summary>Starts at the beginning of a document.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="maxBytes">The limit of this kind of document.</param>
    /// <exception cref="FormatViolationException">The document is too large or not UTF-8.</exception>
    public StrictJsonReader(ReadOnlySpan<byte> utf8, int maxBytes)
        : this(utf8, maxBytes, new JsonScratch()) { }

    /// <summary>The same, for whoever reads one small document after the other.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="maxBytes">The limit of this kind of document.</param>
    /// <param name="scratch">Serves one reader at a time.</param>
    /// <exception cref="FormatViolationException">The document is too large or not UTF-8.</exception>
    internal StrictJsonReader(ReadOnlySpan<byte> utf8, int maxBytes, JsonScratch scratch)
    {
        if (utf8.Length > maxBytes)
        {
            throw new FormatViolationException(
                JsonRule.Size,
                "",
                $"the document has {utf8.Length} bytes, more than the limit of {maxBytes}"
            );
        }

        if (!Utf8.IsValid(utf8))
        {
            throw new FormatViolationException(
                JsonRule.Utf8,
                "",
                $"the document is not UTF-8: byte {JsonSyntaxError.FirstInvalidByte(utf8) + 1} is out of place"
            );
        }

        _document = utf8;
        _names = scratch.Names;
        _place = scratch.Place;
        _names.Clear();
        _place.Reset();

        // Depth is counted here, where the pointer to the place is known.
        _tokens = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Limits.JsonDepth + 8 });
    }

    /// <summary>The current member's name, without escapes.</summary>
    public readonly ReadOnlySpan<byte> Name => _name;

    /// <summary>Whether the current member has this name.</summary>
    public readonly bool NameIs(ReadOnlySpan<byte> name) => _name.SequenceEqual(name);

    /// <summary>Reads the start of an object.</summary>
    public void BeginObject()
    {
        Expect(JsonTokenType.StartObject, "an object");
        Push(_names.Count);
    }

    /// <summary>Goes on to the next member of the innermost object.</summary>
    /// <returns>False at the object's end, which is then closed.</returns>
    public bool NextMember()
    {
        Advance();
        if (_tokens.TokenType == JsonTokenType.EndObject)
        {
            Pop();
            return false;
        }

        AcceptName();
        return true;
    }

    /// <summary>Reads the start of an array.</summary>
    public void BeginArray()
    {
        Expect(JsonTokenType.StartArray, "an array");
        Push(JsonPlace.Array);
    }

    /// <summary>Goes on to the next element of the innermost array.</summary>
    /// <returns>False at the array's end, which is then closed.</returns>
    public bool NextElement()
    {
        Advance();
        if (_tokens.TokenType == JsonTokenType.EndArray)
        {
            Pop();
            return false;
        }

        _place.CountElement();
        _peeked = true;
        return true;
    }

    /// <summary>Reads a string.</summary>
    public string ReadString()
    {
        var plain = ReadStringBytes(out var rented);
        var text = Encoding.UTF8.GetString(plain);
        Return(rented);
        return text;
    }

    /// <summary>Reads a string and returns what the table holds for it, so that equal texts are kept once.</summary>
    /// <param name="table">The table, which parses each distinct text once.</param>
    internal T ReadInterned<T>(InternTable<T> table)
    {
        var plain = ReadStringBytes(out var rented);
        var found = table.TryGet(plain, out var value, out var error);
        Return(rented);
        return found ? value : throw Violation(table.Rule, error!);
    }

    /// <summary>Reads a string as UTF-8; only valid until the next call.</summary>
    internal ReadOnlySpan<byte> ReadUtf8()
    {
        var plain = ReadStringBytes(out var rented);
        if (rented is null)
        {
            return plain;
        }

        ReadOnlySpan<byte> copy = plain.ToArray();
        Return(rented);
        return copy;
    }

    /// <summary>Reads an integer from 0 to 2^64−1.</summary>
    public ulong ReadUInt64()
    {
        Next();
        if (_tokens.TokenType != JsonTokenType.Number)
        {
            throw WrongType("an integer");
        }

        CheckNumber();
        return _tokens.TryGetUInt64(out var value)
            ? value
            : throw Violation(JsonRule.Number, $"{Shown(_tokens.ValueSpan)} is no integer");
    }

    /// <summary>Reads an integer from 0 to 2^63−1, such as a size.</summary>
    public long ReadSize()
    {
        var value = ReadUInt64();
        return value <= long.MaxValue
            ? (long)value
            : throw Violation(JsonRule.Number, $"{value} is too large for a size");
    }

    /// <summary>Reads true or false.</summary>
    public bool ReadBoolean()
    {
        Next();
        return _tokens.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw WrongType("true or false"),
        };
    }

    /// <summary>Passes over the next value, whatever it is, holding it to the same rules.</summary>
    public void Skip() => ReadRaw();

    /// <summary>Reads the next value as it stands in the document, whatever it is, holding it to the same rules.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        var outer = _place.Depth;
        var start = -1;
        do
        {
            Next();
            start = start < 0 ? (int)_tokens.TokenStartIndex : start;
            switch (_tokens.TokenType)
            {
                case JsonTokenType.StartObject:
                    Push(_names.Count);
                    break;
                case JsonTokenType.StartArray:
                    Push(JsonPlace.Array);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Pop();
                    break;
                case JsonTokenType.PropertyName:
                    AcceptName();
                    break;
                default:
                    CheckScalar();
                    break;
            }
        } while (_place.Depth > outer);

        return _document[start..(int)_tokens.BytesConsumed];
    }

    /// <summary>Reads the current member, name and value, as it stands in the document.</summary>
    internal ReadOnlySpan<byte> ReadRawMember(out ReadOnlySpan<byte> value)
    {
        int start = _nameStart;
        value = ReadRaw();
        return _document[start..(int)_tokens.BytesConsumed];
    }

    /// <summary>Where the element that <see cref="NextElement"/> went on to begins.</summary>
    internal readonly int ElementStart => (int)_tokens.TokenStartIndex;

    /// <summary>Where the value just read ends.</summary>
    internal readonly int ValueEnd => (int)_tokens.BytesConsumed;

    /// <summary>Makes sure that nothing but white space follows the document.</summary>
    public void EndDocument()
    {
        try
        {
            if (!_tokens.Read())
            {
                return;
            }
        }
        catch (JsonException)
        {
            // Whatever it is, it is too much.
        }

        throw new FormatViolationException(
            JsonRule.TrailingData,
            "",
            $"something follows the document at byte {_tokens.BytesConsumed + 1}"
        );
    }

    /// <summary>A violation at the value just read.</summary>
    /// <param name="rule">The rule's stable name.</param>
    /// <param name="detail">What is wrong and what was expected.</param>
    public readonly FormatViolationException Violation(string rule, string detail) =>
        new(rule, _place.Pointer(_document), detail);

    /// <summary>A violation of the object that has just ended: it lacks a field.</summary>
    /// <param name="name">The missing field.</param>
    public readonly FormatViolationException Missing(string name) =>
        Violation(JsonRule.Required, $"the required field \"{name}\" is missing");

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static string Shown(ReadOnlySpan<byte> number) =>
        number.Length <= 40 ? Encoding.ASCII.GetString(number) : Encoding.ASCII.GetString(number[..40]) + "…";

    private ReadOnlySpan<byte> ReadStringBytes(out byte[]? rented)
    {
        Expect(JsonTokenType.String, "a string");
        rented = null;
        var raw = _tokens.ValueSpan;
        if (!_tokens.ValueIsEscaped)
        {
            return raw;
        }

        rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        return rented.AsSpan(0, Unescape(raw, rented));
    }

    private readonly int Unescape(ReadOnlySpan<byte> raw, Span<byte> plain)
    {
        var length = JsonText.Unescape(raw, plain);
        return length >= 0
            ? length
            : throw Violation(JsonRule.LoneSurrogate, "an escape is one half of a surrogate pair without the other");
    }

    private void AcceptName()
    {
        _name = _tokens.ValueSpan;
        var position = (int)_tokens.TokenStartIndex;
        _nameStart = position;
        _place.Enter(position);
        if (_tokens.ValueIsEscaped)
        {
            var plain = new byte[_name.Length];
            _name = plain.AsSpan(0, Unescape(_name, plain));
        }

        if (!_names.TryAdd(_document, _place.FirstName, position, _name))
        {
            throw Violation(JsonRule.DuplicateKey, "this key comes twice in its object");
        }
    }

    private readonly void CheckScalar()
    {
        if (_tokens.TokenType == JsonTokenType.Number)
        {
            CheckNumber();
        }
        else if (_tokens.TokenType == JsonTokenType.String && _tokens.ValueIsEscaped)
        {
            var raw = _tokens.ValueSpan;
            var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
            Unescape(raw, rented);
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private readonly void CheckNumber()
    {
        var number = _tokens.ValueSpan;
        if (number.ContainsAny((byte)'e', (byte)'E'))
        {
            throw Violation(JsonRule.Number, $"the number {Shown(number)} has an exponent; write it out");
        }

        // A fraction is no integer, so that in a field nobody knows it says nothing wrong.
        if (!number.Contains((byte)'.') && !_tokens.TryGetUInt64(out _))
        {
            throw Violation(JsonRule.Number, $"the integer {Shown(number)} is not between 0 and 18446744073709551615");
        }

        if (number[0] == (byte)'-' && !number.Contains((byte)'.'))
        {
            throw Violation(JsonRule.Number, $"the integer {Shown(number)} has a sign; write digits only");
        }
    }

    private void Expect(JsonTokenType type, string expected)
    {
        Next();
        if (_tokens.TokenType != type)
        {
            throw WrongType(expected);
        }
    }

    private readonly FormatViolationException WrongType(string expected)
    {
        var found = _tokens.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.Null => "null",
            _ => "true or false",
        };
        return Violation(JsonRule.Type, $"{expected} is expected here, not {found}");
    }

    private void Next()
    {
        if (!_peeked)
        {
            Advance();
            if (_place.IsArray && _tokens.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
            {
                _place.CountElement();
            }
        }

        _peeked = false;
    }

    private void Advance()
    {
        try
        {
            if (!_tokens.Read())
            {
                throw Violation(JsonRule.Syntax, "the document ends before its value does");
            }
        }
        catch (JsonException error)
        {
            throw Violation(JsonRule.Syntax, JsonSyntaxError.Describe(_document, error));
        }
    }

    private void Push(int firstName)
    {
        if (_place.Depth == Limits.JsonDepth)
        {
            throw Violation(JsonRule.Depth, $"objects and arrays are nested deeper than {Limits.JsonDepth} levels");
        }

        _place.Push(firstName);
    }

    private void Pop()
    {
        if (!_place.IsArray)
        {
            _names.Truncate(_place.FirstName);
        }

        _place.Pop();
    }
}
