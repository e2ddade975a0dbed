using Peipkg.CommandLine.Help;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData("plain — text, 文字, 😀", "plain — text, 文字, 😀")]
    [InlineData("\u001b[31mred", "\\x1b[31mred")]
    [InlineData("a\r\nb", "a\\x0d\\x0ab")]
    [InlineData("\u009b2J", "\\x9b2J")]
    [InlineData("evil\u202egpj", "evil\\u202egpj")]
    [InlineData("\u2066x\u2069", "\\u2066x\\u2069")]
    [InlineData("x\u2028y", "x\\u2028y")]
    [InlineData("", "")]
    public void What_could_move_a_terminal_is_spelled_out(string text, string expected) =>
        Assert.Equal(expected, TerminalText.Escape(text));

    [Fact]
    public void Half_a_character_is_spelled_out() => Assert.Equal("\\ud800x", TerminalText.Escape("\ud800x"));

    [Fact]
    public void Messages_keep_their_lines_but_nothing_else() =>
        Assert.Equal("a\n\tb\\x1bc", TerminalText.Escape("a\n\tb\u001bc", keepLines: true));

    [Theory]
    [InlineData("0.1.0+4884bf2a1c00ffee0123", "0.1.0 (4884bf2a1c00)")]
    [InlineData("0.1.0+abc", "0.1.0 (abc)")]
    [InlineData("0.1.0", "0.1.0")]
    [InlineData(null, "unknown")]
    public void The_version_carries_a_short_commit(string? informational, string expected) =>
        Assert.Equal(expected, ProductVersion.Describe(informational));

    [Fact]
    public void Diagnostics_name_the_program_and_defuse_foreign_text()
    {
        StringWriter writer = new();
        Diagnostics diagnostics = new("tool", writer);
        diagnostics.Error("bad \u001b[2J name");
        diagnostics.Warning("two\nlines");
        diagnostics.Note("fine\n");
        diagnostics.Line("file:1:2: x");
        Assert.Equal(
            "tool: error: bad \\x1b[2J name\ntool: warning: two\nlines\ntool: note: fine\nfile:1:2: x\n",
            writer.ToString()
        );
    }

    [Fact]
    public void Standard_streams_are_utf8_with_line_feeds()
    {
        using MemoryStream stream = new();
        using (TextWriter writer = StandardStreams.Output(stream))
        {
            writer.WriteLine("é");
        }

        Assert.Equal([0xc3, 0xa9, 0x0a], stream.ToArray());
    }
}
