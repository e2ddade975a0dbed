using System.Text;
using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Tests.Toml;

public sealed class TomlFileTests
{
    [Fact]
    public void Every_syntax_error_and_duplicate_is_reported_with_its_place()
    {
        Assert.Equal(
            [
                "f.toml:3:1: \"meta.a\" is already defined on line 2",
                "f.toml:4:1: \"meta\" is already defined on line 1",
            ],
            Problems("[meta]\na = 1\na = 2\n[meta]\n")
        );
        Assert.Equal(["f.toml:1:6: the \"]\" that closes the section's name is missing"], Problems("[meta\n").Take(1));
        Assert.Equal(
            ["f.toml:2:5: a value is missing after \"=\"", "f.toml:4:6"],
            Problems("[a]\nx = \n[b]\ny = [\n").Select((line, i) => i == 0 ? line : line[..10]).Take(2)
        );
    }

    [Theory]
    [InlineData("license = MIT", "1:11: \"MIT\" is not a value; write text in quotes: \"MIT\"")]
    [InlineData("license = [MIT]", "1:12: \"MIT\" is not a value; write text in quotes: \"MIT\"")]
    [InlineData("[[package]", "1:10: the \"]]\" that closes the section's name is missing")]
    [InlineData("license \"MIT\"", "1:9: \"=\" is missing after the key")]
    [InlineData("license: \"MIT\"", "1:8: \"=\" is missing after the key")]
    [InlineData("license = \"MIT", "1:15: the quote that closes the string is missing on this line")]
    [InlineData("= 1", "1:1: \"=\" cannot be here; a line is a key, \"=\" and a value")]
    [InlineData("a = [1 2]", "1:8: a comma, or the \"]\" that closes the array, is missing before this")]
    [InlineData("a = [1, , 2]", "1:9: a value is missing before the comma")]
    [InlineData("a = 1 2", "1:7: nothing may follow on the same line; start a new line before \"2\"")]
    [InlineData("a = { b = 1\nc = 2 }", "2:1: the \"}\" that closes the table is missing before this")]
    [InlineData("a = \"\\d\"", "1:7: \"\\d\" is not an escape; write \"\\\\d\", or the whole text in single quotes")]
    [InlineData("a = \"\"\"x", "2:6: the quotes that close the text of several lines are missing")]
    public void Mistakes_are_told_in_the_words_of_those_who_make_them(string text, string problem) =>
        Assert.Equal("f.toml:" + problem, Problems(text + "\nb = 1\n")[0]);

    [Fact]
    public void Bytes_that_are_not_utf8_are_pointed_at() =>
        Assert.Equal(
            "f.toml:2:8: the file is not UTF-8 here",
            Assert
                .Throws<RecipeException>(() => TomlFile.Parse([.. "a = 1\nb = \"é "u8, 0xff, .. "\"\n"u8], "f.toml"))
                .Message
        );

    [Fact]
    public void A_byte_order_mark_is_passed_over() =>
        Assert.Equal(1, TomlFile.Parse([0xef, 0xbb, 0xbf, .. "a = 1\n"u8], "f.toml").Root.Find("a")!.Position.Column);

    [Fact]
    public void Size_and_depth_are_bounded()
    {
        Assert.Contains(
            "larger than",
            Assert
                .Throws<RecipeException>(() => TomlFile.Parse(new byte[RecipeLimits.FileBytes + 1], "f.toml"))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            ["f.toml:1:68: values are nested more than 64 levels deep"],
            Problems("a = " + new string('[', 200) + new string(']', 200) + "\n")
        );
        Assert.NotEmpty(Problems("a = " + new string('[', 100_000)));
    }

    [Fact]
    public void Headers_dotted_keys_and_inline_tables_are_one_tree()
    {
        TomlFile file = Parse(
            """
            top.sub = 1
            [a]
            b.c = "x"
            [[p]]
            n = 1
            [p.q]
            r = 2
            [[p]]
            n = 3
            [a.d]
            e = { f = [1, 2], "g h" = true }
            """
        );
        Assert.Equal("x", ((TomlString)Find(file, "a", "b", "c")).Value);
        Assert.True(((TomlBoolean)Find(file, "a", "d", "e", "g h")).Value);
        TomlArray packages = (TomlArray)file.Root.Find("p")!.Value;
        Assert.Equal(2, packages.Items.Count);
        Assert.Equal(
            2,
            ((TomlInteger)((TomlTable)((TomlTable)packages.Items[0]).Find("q")!.Value).Find("r")!.Value).Value
        );
        Assert.Equal(new TomlPosition(8, 1), packages.Items[1].Position);
    }

    [Fact]
    public void Wrong_types_missing_and_unknown_keys_are_all_reported()
    {
        TomlFile file = Parse(
            """
            [s]
            text = 1
            number = "1"
            flag = 1.5
            list = "x"
            mixed = ["a", 1]
            tables = ["libz", 5]
            when = 2026-05-01
            spare = 1
            """
        );
        TomlSection section = file.Section("s")!;
        Assert.Null(section.String("text"));
        Assert.Null(section.Integer("number"));
        Assert.Null(section.Boolean("flag"));
        Assert.Empty(section.Strings("list"));
        Assert.Equal("a", section.Strings("mixed").Single().Value);
        Assert.Empty(section.Tables("tables"));
        Assert.Null(section.String("when"));
        Assert.Null(section.String("needed", required: true));
        section.Finish();
        Assert.Equal(
            [
                "f.toml:1:1: [s] needs needed, a string",
                "f.toml:2:8: text in [s] must be a string, not an integer",
                "f.toml:3:10: number in [s] must be an integer, not a string",
                "f.toml:4:8: flag in [s] must be a boolean, not a number with a fraction",
                "f.toml:5:8: list in [s] must be an array of strings, not a string",
                "f.toml:6:15: mixed in [s] must hold strings, not an integer",
                "f.toml:7:11: tables in [s] must hold tables; write { name = \"libz\" }",
                "f.toml:7:19: tables in [s] must hold tables such as { name = \"…\" }, not an integer",
                "f.toml:8:8: when in [s] must be a string, not a date or time",
                "f.toml:9:1: unknown key \"spare\" in [s] (known keys: text, number, flag, list, mixed, tables, when, needed)",
            ],
            file.Problems.Errors.Select(p => p.ToString())
        );
    }

    [Theory]
    [InlineData("[[meta]]\n", "f.toml:1:1: write [meta], not [[meta]]: there is only one")]
    [InlineData("meta = 1\n", "f.toml:1:1: meta must be a section [meta], not an integer")]
    public void A_section_must_be_a_table(string text, string problem)
    {
        TomlFile file = Parse(text);
        Assert.Null(file.Section("meta"));
        Assert.EndsWith(problem.Split(": ", 2)[1], file.Problems.Errors.Single().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[package]\n", "write [[package]], not [package]: there may be several")]
    [InlineData("package = [1]\n", "package must be written as [[package]] sections, not an array")]
    [InlineData("package = 1\n", "package must be written as [[package]] sections, not an integer")]
    public void Repeated_sections_must_be_tables(string text, string problem)
    {
        TomlFile file = Parse(text);
        Assert.Empty(file.Sections("package"));
        Assert.EndsWith(problem, file.Problems.Errors.Single().ToString(), StringComparison.Ordinal);
    }

    private static TomlNode Find(TomlFile file, params string[] path) =>
        path.Aggregate((TomlNode)file.Root, (node, key) => ((TomlTable)node).Find(key)!.Value);

    private static TomlFile Parse(string text) =>
        TomlFile.Parse(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n") + "\n"), "f.toml");

    private static string[] Problems(string text) =>
        [
            .. Assert
                .Throws<RecipeException>(() => TomlFile.Parse(Encoding.UTF8.GetBytes(text), "f.toml"))
                .Problems.Select(p => p.ToString()),
        ];
}
