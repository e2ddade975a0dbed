using System.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Tests.Toml;

public sealed class TomlFormatterTests
{
    public static TheoryData<string> Recipes { get; } =
    [
        .. SampleFiles
            .All.Select(file => Path.GetRelativePath(SampleFiles.Root, file))
            .Where(file => Path.GetFileName(file) == Recipe.FileName),
    ];

    [Theory]
    [InlineData("", "")]
    [InlineData("\n\n", "")]
    [InlineData("a=1", "a = 1\n")]
    [InlineData("\ufeffa\t=  1\t\r\n\r\n\r\nb=2", "a = 1\n\nb = 2\n")]
    [InlineData("[ x ]\n  a = 1\n[[ y . \"z\" ]]", "[x]\na = 1\n\n[[y.\"z\"]]\n")]
    [InlineData("[x]\na=1\n# of y\n[y]", "[x]\na = 1\n\n# of y\n[y]\n")]
    [InlineData("a . b . 'c'=true", "a.b.'c' = true\n")]
    [InlineData("a=[1,2,]\nb=[ ]\nc={ }", "a = [1, 2]\nb = []\nc = {}\n")]
    [InlineData("a={x=1,y=[{z='}'}]}", "a = { x = 1, y = [{ z = '}' }] }\n")]
    [InlineData("a=[\n1,2]", "a = [\n  1,\n  2,\n]\n")]
    [InlineData("a=[\n\n1\n\n\n,2\n\n]", "a = [\n  1,\n  2,\n]\n")]
    [InlineData("a=[\n1,\n\n2]", "a = [\n  1,\n\n  2,\n]\n")]
    [InlineData("a=[ # first\n1 # one\n, # two\n#own\n2]", "a = [ # first\n  1, # one\n  # two\n  #own\n  2,\n]\n")]
    [InlineData("a=1   # x\nbbb=2 # y", "a = 1 # x\nbbb = 2 # y\n")]
    [InlineData("a = 1   # x\nbbb = 2 # y", "a = 1   # x\nbbb = 2 # y\n")]
    [InlineData("a={x=[\n1]}", "a = { x = [1] }\n")]
    [InlineData("a=\"\"\"\n b = [1,2] # no \"\"\"\"\"", "a = \"\"\"\n b = [1,2] # no \"\"\"\"\"\n")]
    [InlineData("a='\\'#b", "a = '\\' #b\n")]
    public void Documents_get_one_form(string text, string formatted)
    {
        Assert.Equal(formatted, Format(text));
        Assert.Equal(formatted, Format(formatted));
    }

    [Fact]
    public void An_array_that_is_longer_than_a_line_gets_a_line_for_each_item()
    {
        string item = new('x', 40);
        Assert.Equal(
            $"a = [\n  \"{item}\",\n  \"{item}\",\n  \"{item}\",\n]\n",
            Format($"a = [\"{item}\", \"{item}\", \"{item}\"]")
        );
    }

    [Fact]
    public void Nested_arrays_of_any_depth_are_formatted_at_once()
    {
        string deep = new string('[', 60) + string.Join(", ", Enumerable.Range(0, 50)) + new string(']', 60);
        string formatted = Format($"a = {deep}");
        Assert.Equal(formatted, Format(formatted));
    }

    [Theory]
    [InlineData("a = [1\n")]
    [InlineData("a = 1\na = 2\n")]
    [InlineData("[x\n")]
    public void What_is_no_TOML_is_refused(string text) => Assert.Throws<RecipeException>(() => Format(text));

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Samples_are_in_form_and_any_other_form_leads_to_one(string name)
    {
        string text = File.ReadAllText(Path.Combine(SampleFiles.Root, name));
        Assert.Equal(text, Format(text));
        Random random = new(text.Length);
        for (int round = 0; round < 20; round++)
        {
            StringBuilder other = new();
            foreach (TomlToken token in TomlLexer.Tokens(text))
            {
                other.Append(token.Text);
                other.Append(' ', token.Is('[') || token.Is(']') ? 0 : random.Next(1, 4));
                other.Append(token.Kind == TomlTokenKind.NewLine && random.Next(4) == 0 ? "\n\n" : "");
            }

            string formatted = Format(other.ToString());
            Assert.Equal(formatted, Format(formatted));
        }
    }

    private static string Format(string text) =>
        Encoding.UTF8.GetString(TomlFormatter.Format(Encoding.UTF8.GetBytes(text), "peipkg.toml"));
}
