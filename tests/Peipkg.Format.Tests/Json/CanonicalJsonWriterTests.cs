using System.Buffers;
using System.Text;
using System.Text.Json;
using Peipkg.Format.Json;

namespace Peipkg.Format.Tests.Json;

public sealed class CanonicalJsonWriterTests
{
    [Theory]
    [InlineData("\"\\", "\\\"\\\\")]
    [InlineData("\b\f\n\r\t", "\\b\\f\\n\\r\\t")]
    [InlineData("\0\u0001\u000b\u001f", "\\u0000\\u0001\\u000b\\u001f")]
    [InlineData("\u2028\u2029", "\\u2028\\u2029")]
    [InlineData("<>&/'", "<>&/'")]
    [InlineData("\u007f\u0085é–\u2027\u202a\ufeff", "\u007f\u0085é–\u2027\u202a\ufeff")]
    [InlineData("😀𐀀", "😀𐀀")]
    public void Escapes_exactly_what_the_canonical_form_escapes(string text, string written) =>
        Assert.Equal($"\"{written}\"", Write(writer => writer.String(text)));

    [Fact]
    public void Places_commas_and_ends_with_one_line_feed() =>
        Assert.Equal(
            "{\"a\":[],\"b\":[1,\"x\",{},[2]],\"c\":{\"d\":18446744073709551615,\"e\":\"\"},\"f\":0}\n",
            Write(writer =>
            {
                writer.BeginObject();
                writer.BeginArray("a"u8);
                writer.EndArray();
                writer.BeginArray("b"u8);
                writer.Integer(1);
                writer.String("x");
                writer.BeginObject();
                writer.EndObject();
                writer.BeginArray();
                writer.Integer(2);
                writer.EndArray();
                writer.EndArray();
                writer.BeginObject("c"u8);
                writer.Integer("d"u8, ulong.MaxValue);
                writer.String("e"u8, "");
                writer.EndObject();
                writer.Integer("f"u8, 0L);
                writer.EndObject();
                writer.EndDocument();
            })
        );

    [Fact]
    public void Refuses_a_lone_surrogate()
    {
        foreach (var text in new[] { "\ud800", "x\udc00y", "\ud800\ud800\udc00", new string('a', 4095) + "\ud800" })
        {
            var error = Assert.Throws<FormatViolationException>(() => Write(writer => writer.String(text)));
            Assert.Equal(JsonRule.LoneSurrogate, error.Rule);
        }
    }

    [Fact]
    public void Any_text_comes_back_through_both_readers()
    {
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var text = RandomText.Any(random, round % 50 == 0 ? 9000 : 40);
            var written = Write(writer => writer.String(text));
            Assert.Equal(text, JsonSerializer.Deserialize<string>(written));
            var reader = new StrictJsonReader(Encoding.UTF8.GetBytes(written), 1 << 20);
            Assert.Equal(text, reader.ReadString());
        }
    }

    private static string Write(Action<CanonicalJsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(new CanonicalJsonWriter(buffer));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
