using System.Buffers;
using System.Text.Unicode;

namespace Peipkg.Format.Json;

/// <summary>Writes documents in the one canonical form: compact UTF-8, fixed escapes (PSD-009 §1.3, §9.1).</summary>
/// <remarks>
/// Escaped are <c>" \</c>, the control characters U+0000 to U+001F (short form where JSON has one, else <c>\u00xx</c> in
/// lower case), U+2028 and U+2029; everything else stands raw. The caller writes the fields in their order; commas are
/// placed here. Not safe for several threads.
/// </remarks>
/// <param name="output">Receives the document.</param>
public sealed class CanonicalJsonWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\u2028\u2029\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"
    );

    // Whether the next name or element follows another one and so needs a comma.
    private bool _follows;

    /// <summary>Opens an object.</summary>
    public void BeginObject() => Open((byte)'{');

    /// <summary>Closes the innermost object.</summary>
    public void EndObject() => Close((byte)'}');

    /// <summary>Opens an array.</summary>
    public void BeginArray() => Open((byte)'[');

    /// <summary>Closes the innermost array.</summary>
    public void EndArray() => Close((byte)']');

    /// <summary>Opens an object that is the value of a field.</summary>
    public void BeginObject(ReadOnlySpan<byte> name)
    {
        Name(name);
        BeginObject();
    }

    /// <summary>Opens an array that is the value of a field.</summary>
    public void BeginArray(ReadOnlySpan<byte> name)
    {
        Name(name);
        BeginArray();
    }

    /// <summary>Writes a field's name; its value must come next.</summary>
    /// <param name="name">A name of the schema: UTF-8 without anything that needs escaping.</param>
    public void Name(ReadOnlySpan<byte> name)
    {
        Comma();
        var span = output.GetSpan(name.Length + 3);
        span[0] = (byte)'"';
        name.CopyTo(span[1..]);
        span[name.Length + 1] = (byte)'"';
        span[name.Length + 2] = (byte)':';
        output.Advance(name.Length + 3);
        _follows = false;
    }

    /// <summary>Writes a string field.</summary>
    /// <exception cref="FormatViolationException">The text has a lone surrogate, which UTF-8 cannot express.</exception>
    public void String(ReadOnlySpan<byte> name, ReadOnlySpan<char> text)
    {
        Name(name);
        String(text);
    }

    /// <summary>Writes an integer field.</summary>
    public void Integer(ReadOnlySpan<byte> name, ulong value)
    {
        Name(name);
        Integer(value);
    }

    /// <summary>Writes a size or count as an integer field.</summary>
    /// <exception cref="OverflowException">The value is negative.</exception>
    public void Integer(ReadOnlySpan<byte> name, long value) => Integer(name, checked((ulong)value));

    /// <summary>Writes an integer as an array's element or as the value of the field just named.</summary>
    public void Integer(ulong value)
    {
        Comma();
        var span = output.GetSpan(20);
        value.TryFormat(span, out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        output.Advance(written);
        _follows = true;
    }

    /// <summary>Writes a string as an array's element or as the value of the field just named.</summary>
    /// <exception cref="FormatViolationException">The text has a lone surrogate, which UTF-8 cannot express.</exception>
    public void String(ReadOnlySpan<char> text)
    {
        Comma();
        Byte((byte)'"');
        while (!text.IsEmpty)
        {
            var clean = text.IndexOfAny(Escaped);
            Raw(clean < 0 ? text : text[..clean]);
            if (clean < 0)
            {
                break;
            }

            Escape(text[clean]);
            text = text[(clean + 1)..];
        }

        Byte((byte)'"');
        _follows = true;
    }

    /// <summary>Writes true or false as a field.</summary>
    public void Boolean(ReadOnlySpan<byte> name, bool value)
    {
        Name(name);
        Bytes(value ? "true"u8 : "false"u8);
    }

    /// <summary>Writes fields of another schema into the open object.</summary>
    /// <param name="json">Names and values, compact, with commas between them.</param>
    internal void Members(ReadOnlySpan<byte> json)
    {
        Comma();
        Bytes(json);
    }

    /// <summary>Ends the document with its one line feed.</summary>
    public void EndDocument() => Byte((byte)'\n');

    private void Open(byte bracket)
    {
        Comma();
        Byte(bracket);
        _follows = false;
    }

    private void Close(byte bracket)
    {
        Byte(bracket);
        _follows = true;
    }

    private void Comma()
    {
        if (_follows)
        {
            Byte((byte)',');
        }
    }

    private void Bytes(ReadOnlySpan<byte> value)
    {
        output.Write(value);
        _follows = true;
    }

    private void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private void Raw(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            // In pieces, so that a long text does not reserve three bytes for each of its characters.
            var piece = Math.Min(text.Length, 4096);
            if (piece < text.Length && char.IsHighSurrogate(text[piece - 1]))
            {
                piece++;
            }

            var span = output.GetSpan(checked(piece * 3));
            if (
                Utf8.FromUtf16(text[..piece], span, out _, out var written, replaceInvalidSequences: false)
                != OperationStatus.Done
            )
            {
                throw new FormatViolationException(
                    JsonRule.LoneSurrogate,
                    "",
                    "a text has a surrogate without its other half and cannot be written as UTF-8"
                );
            }

            output.Advance(written);
            text = text[piece..];
        }
    }

    private void Escape(char character)
    {
        var span = output.GetSpan(6);
        span[0] = (byte)'\\';
        var letter = character switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => 'u',
        };
        span[1] = (byte)letter;
        if (letter != 'u')
        {
            output.Advance(2);
            return;
        }

        ((int)character).TryFormat(span[2..], out _, "x4", System.Globalization.CultureInfo.InvariantCulture);
        output.Advance(6);
    }
}
