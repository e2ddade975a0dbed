using System.Globalization;
using System.Text;
using Peipkg.Format.Json;

namespace Peipkg.Format.Tests.Json;

public sealed class StrictJsonReaderTests
{
    private const int Limit = 1 << 26;

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", JsonRule.DuplicateKey, "/a")]
    [InlineData("{\"x\":{\"y\":[{\"b\":1,\"c\":2,\"b\":3}]}}", JsonRule.DuplicateKey, "/x/y/0/b")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", JsonRule.DuplicateKey, "/a")]
    [InlineData("{\"\\u0061\":1,\"a\":2}", JsonRule.DuplicateKey, "/a")]
    [InlineData("{\"a/b~\":1,\"a/b~\":2}", JsonRule.DuplicateKey, "/a~1b~0")]
    [InlineData("{\"a\":1e3}", JsonRule.Number, "/a")]
    [InlineData("{\"a\":[0,1E0]}", JsonRule.Number, "/a/1")]
    [InlineData("{\"a\":1.5e1}", JsonRule.Number, "/a")]
    [InlineData("{\"a\":18446744073709551616}", JsonRule.Number, "/a")]
    [InlineData("{\"a\":-1}", JsonRule.Number, "/a")]
    [InlineData("{\"a\":-0}", JsonRule.Number, "/a")]
    [InlineData("{\"a\":\"\\ud800\"}", JsonRule.LoneSurrogate, "/a")]
    [InlineData("{\"a\":\"\\udc00\"}", JsonRule.LoneSurrogate, "/a")]
    [InlineData("{\"a\":\"\\ud800\\u0041\"}", JsonRule.LoneSurrogate, "/a")]
    [InlineData("{\"a\":\"\\ud800\\n\"}", JsonRule.LoneSurrogate, "/a")]
    [InlineData("{\"a\":\"\\ud83d\\ud83d\"}", JsonRule.LoneSurrogate, "/a")]
    [InlineData("{\"\\ud800\":1}", JsonRule.LoneSurrogate, "/\\ud800")]
    [InlineData("{} {}", JsonRule.TrailingData, "")]
    [InlineData("{}x", JsonRule.TrailingData, "")]
    [InlineData("{}\0", JsonRule.TrailingData, "")]
    [InlineData("", JsonRule.Syntax, "")]
    [InlineData("{", JsonRule.Syntax, "")]
    [InlineData("{\"a\":", JsonRule.Syntax, "/a")]
    [InlineData("{\"a\":1,}", JsonRule.Syntax, "/a")]
    [InlineData("{\"a\":[1,]}", JsonRule.Syntax, "/a/0")]
    [InlineData("{\"a\":01}", JsonRule.Syntax, "/a")]
    [InlineData("{\"a\":+1}", JsonRule.Syntax, "/a")]
    [InlineData("{\"a\":tru}", JsonRule.Syntax, "/a")]
    [InlineData("{\"a\":NaN}", JsonRule.Syntax, "/a")]
    [InlineData("{'a':1}", JsonRule.Syntax, "")]
    [InlineData("{\"a\":\"\n\"}", JsonRule.Syntax, "/a")]
    [InlineData("{\"a\":\"\\x41\"}", JsonRule.Syntax, "/a")]
    [InlineData("{\"a\":\"\\u00g1\"}", JsonRule.Syntax, "/a")]
    [InlineData("{/**/}", JsonRule.Syntax, "")]
    [InlineData("\ufeff{}", JsonRule.Syntax, "")]
    public void Refuses_what_no_document_may_hold_also_where_nobody_looks(string json, string rule, string place)
    {
        var error = Assert.Throws<FormatViolationException>(() => SkipAll(Encoding.UTF8.GetBytes(json)));
        Assert.Equal((rule, place), (error.Rule, error.Place));
    }

    [Theory]
    [InlineData("{\"a\":1,\"A\":2,\"b\":{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}}}")]
    [InlineData("{\"a\":18446744073709551615,\"b\":0,\"c\":1.5,\"d\":-2.25}")]
    [InlineData("{\"a\":\"\\ud83d\\ude00\",\"b\":\"\\u0000\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\ud83d\\ude00\":null}")]
    [InlineData(" \t\r\n{ \"a\" : [ true , false , null ] } \n\n")]
    [InlineData("{\"\":1,\" \":2,\"\\u0000\":3}")]
    public void Accepts_what_is_unusual_but_right(string json) => SkipAll(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Counts_nesting_up_to_its_limit(int depth, bool accepted)
    {
        foreach (var (open, close, inner) in new[] { ("[", "]", ""), ("{\"a\":", "}", "0") })
        {
            var json = new StringBuilder()
                .Insert(0, open, depth)
                .Append(inner)
                .Insert(depth * open.Length + inner.Length, close, depth);
            var bytes = Encoding.UTF8.GetBytes(json.ToString());
            if (accepted)
            {
                SkipAll(bytes);
            }
            else
            {
                Assert.Equal(JsonRule.Depth, Assert.Throws<FormatViolationException>(() => SkipAll(bytes)).Rule);
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    public void Refuses_bytes_that_are_not_utf8(byte[] bytes)
    {
        byte[] document = [.. "{\"a\":\""u8, .. bytes, .. "\"}"u8];
        var error = Assert.Throws<FormatViolationException>(() => SkipAll(document));
        Assert.Equal(JsonRule.Utf8, error.Rule);
        Assert.Contains("byte 7", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_line_and_byte_of_a_syntax_error()
    {
        var error = Assert.Throws<FormatViolationException>(() => SkipAll("{\n  \"a\": 1,\n  \"b\" 2\n}"u8.ToArray()));
        Assert.Contains("line 3, byte 7", error.Detail, StringComparison.Ordinal);
        Assert.Contains("\"2\"", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_document_over_its_limit()
    {
        var error = Assert.Throws<FormatViolationException>(() => new StrictJsonReader("{}    "u8, 5).EndDocument());
        Assert.Equal(JsonRule.Size, error.Rule);
    }

    [Fact]
    public void Reads_values_and_names_the_place_of_a_wrong_type()
    {
        var reader = new StrictJsonReader(
            "{\"s\":\"\\u00e9\\n\",\"n\":7,\"a\":[\"x\",{\"k\":[]}],\"bad\":[1,null]}"u8,
            Limit
        );
        reader.BeginObject();
        Assert.True(reader.NextMember());
        Assert.True(reader.NameIs("s"u8));
        Assert.Equal("é\n", reader.ReadString());
        Assert.True(reader.NextMember());
        Assert.Equal(7UL, reader.ReadUInt64());
        Assert.True(reader.NextMember());
        reader.BeginArray();
        Assert.True(reader.NextElement());
        Assert.Equal("x", reader.ReadString());
        Assert.True(reader.NextElement());
        Assert.Equal("/a/1", reader.Violation("r", "d").Place);
        reader.Skip();
        Assert.False(reader.NextElement());
        Assert.True(reader.NextMember());
        reader.BeginArray();
        Assert.True(reader.NextElement());
        reader.Skip();
        Assert.True(reader.NextElement());
        FormatViolationException? error = null;
        try
        {
            reader.ReadString();
        }
        catch (FormatViolationException caught)
        {
            error = caught;
        }

        Assert.Equal(("/bad/1", JsonRule.Type), (error?.Place, error?.Rule));
        Assert.Contains("null", error!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(48)]
    [InlineData(49)]
    [InlineData(500)]
    public void Finds_a_duplicate_however_large_its_object_and_those_inside_it(int members)
    {
        // Inner objects repeat the outer one's keys, before and after it has outgrown the scan.
        var json = new StringBuilder("{");
        for (var i = 0; i < members; i++)
        {
            var inner = string.Join(',', Enumerable.Range(0, i % 7 == 0 ? 60 : 3).Select(k => $"\"key{k}\":{k}"));
            json.Append(CultureInfo.InvariantCulture, $"\"key{i}\":{{{inner}}},");
        }

        SkipAll(Encoding.UTF8.GetBytes(json.ToString(0, json.Length - 1) + "}"));
        for (var repeated = 0; repeated < members; repeated += 1 + members / 20)
        {
            var bad = Encoding.UTF8.GetBytes(json + $"\"key{repeated}\":0}}");
            var error = Assert.Throws<FormatViolationException>(() => SkipAll(bad));
            Assert.Equal((JsonRule.DuplicateKey, $"/key{repeated}"), (error.Rule, error.Place));
        }
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Stays_fast_on_an_object_of_a_million_keys_with_large_objects_in_between()
    {
        var json = new StringBuilder("{");
        var inner = "{" + string.Join(',', Enumerable.Range(0, 60).Select(k => $"\"{k}\":0")) + "}";
        for (var i = 0; i < 1_000_000; i++)
        {
            json.Append(CultureInfo.InvariantCulture, $"\"{i:x}\":{(i % 64 == 0 ? inner : "0")},");
        }

        var bytes = Encoding.UTF8.GetBytes(json.ToString(0, json.Length - 1) + "}");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        SkipAll(bytes);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"took {watch.Elapsed}");
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 100_000_000, $"allocated {allocated}");
    }

    [Fact]
    public void Survives_random_mutations_with_nothing_but_violations()
    {
        var seed = Encoding.UTF8.GetBytes(
            "{\"a\":[1,2,{\"b\":\"\\u00e9\\ud83d\\ude00\",\"c\":null}],\"d\":{\"e\":1.5,\"f\":true},\"é\":\"x\\n\",\"g\":[[[]]]}"
        );
        var random = new Random(20240229);
        for (var round = 0; round < 20_000; round++)
        {
            var mutant = Mutation.Of(seed, random);
            try
            {
                SkipAll(mutant);
            }
            catch (FormatViolationException)
            {
                // The only way out for bad content.
            }
        }
    }

    private static void SkipAll(byte[] document)
    {
        var reader = new StrictJsonReader(document, Limit);
        reader.Skip();
        reader.EndDocument();
    }
}
