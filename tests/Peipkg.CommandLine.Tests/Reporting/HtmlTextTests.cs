using System.Buffers;
using System.Text;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Tests.Reporting;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")]
    [InlineData("a & \"b\"", "a &amp; &quot;b&quot;")]
    [InlineData("\u202eabc\u0007\u2066", "[U+202E]abc[U+0007][U+2066]")]
    [InlineData("", "")]
    [InlineData("\u2028\u2027\u009f\u00a0", "[U+2028]\u2027[U+009F]\u00a0")]
    [InlineData("grüße \U0001F600", "grüße \U0001F600")]
    public void Text_in_pages_is_escaped(string text, string expected)
    {
        ArrayBufferWriter<byte> page = new();
        new HtmlText(page).Text(text);
        Assert.Equal(expected, Encoding.UTF8.GetString(page.WrittenSpan));
    }

    [Fact]
    public void Lines_stay_where_they_are_wanted()
    {
        ArrayBufferWriter<byte> page = new();
        new HtmlText(page, keepLines: true).Element("p class=\"x\"", "a\n\tb\u001b<").Text(null).Count(6000);
        Assert.Equal("<p class=\"x\">a\n\tb[U+001B]&lt;</p>6,000", Encoding.UTF8.GetString(page.WrittenSpan));
    }
}
