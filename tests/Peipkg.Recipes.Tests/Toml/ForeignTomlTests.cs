using System.Diagnostics;
using System.Globalization;
using System.Text;
using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.Tests.Toml;

/// <summary>Files that are cut off, damaged or made to be hard end in problems with places, never in another exception.</summary>
public sealed class ForeignTomlTests
{
    public static TheoryData<string> Samples { get; } =
    [.. SampleFiles.All.Select(file => Path.GetRelativePath(SampleFiles.Root, file))];

    [Theory]
    [InlineData("x = \"\\", "f.toml:1:6: this is not TOML: the string, the key or the value here is not complete")]
    [InlineData("a = 1\n\"é\\", "f.toml:2:3: this is not TOML: the string, the key or the value here is not complete")]
    public void What_the_library_throws_becomes_a_problem_with_its_place(string text, string problem) =>
        Assert.Equal(problem, Assert.Throws<RecipeException>(() => Read(Encoding.UTF8.GetBytes(text))).Message);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_beginning_of_a_sample_is_read_or_refused_at_a_place(string name)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(SampleFiles.Root, name));
        for (int length = 0; length <= whole.Length; length++)
        {
            ReadOrRefuse(whole[..length]);
        }
    }

    [Fact]
    public void Damaged_samples_are_read_or_refused_at_a_place()
    {
        Random random = new(20261125);
        byte[][] samples = [.. SampleFiles.All.Select(File.ReadAllBytes)];
        const string Spice = "\"'\\[]{}=,.#\n\r\t 0x-+_eT:\0\u007f";
        for (int i = 0; i < 20_000; i++)
        {
            List<byte> damaged = [.. samples[random.Next(samples.Length)]];
            for (int edits = random.Next(1, 5); edits > 0; edits--)
            {
                int at = random.Next(damaged.Count);
                switch (random.Next(4))
                {
                    case 0:
                        damaged[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        damaged.Insert(at, (byte)Spice[random.Next(Spice.Length)]);
                        break;
                    case 2:
                        damaged.RemoveRange(at, Math.Min(random.Next(1, 20), damaged.Count - at - 1));
                        break;
                    default:
                        damaged.InsertRange(at, damaged.GetRange(at, Math.Min(20, damaged.Count - at)));
                        break;
                }
            }

            ReadOrRefuse([.. damaged]);
        }
    }

    [Theory]
    [InlineData("=\n")]
    [InlineData("= ")]
    [InlineData("= <eof>\n")]
    [InlineData("a = \n")]
    [InlineData("[")]
    [InlineData("[a]\n")]
    [InlineData("a = 1\n")]
    [InlineData("\"\\")]
    [InlineData("a.")]
    public void A_file_of_nothing_but_mistakes_costs_little_and_its_problems_are_counted(string piece)
    {
        byte[] text = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat(piece, RecipeLimits.FileBytes / piece.Length))
        );
        Stopwatch watch = Stopwatch.StartNew();
        RecipeException exception = Assert.Throws<RecipeException>(() => Read(text));
        Assert.InRange(exception.Problems.Count, 1, RecipeLimits.ListedProblems + 1);
        Assert.True(exception.Message.Length < 200_000, $"{exception.Message.Length} characters");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    [Fact]
    public void More_problems_than_are_listed_are_counted_in_the_last_one()
    {
        RecipeException exception = Assert.Throws<RecipeException>(() =>
            Read(Encoding.UTF8.GetBytes("[upstream]\n" + Keys(150)))
        );
        Assert.Equal(101, exception.Problems.Count);
        Assert.Equal(RecipeRule.MoreProblems, exception.Problems[^1].Rule);
        Assert.EndsWith(
            "there are at least 55 more problems, which are not listed; solve these first",
            exception.Problems[^1].Message,
            StringComparison.Ordinal
        );
        exception = Assert.Throws<RecipeException>(() => Read(Encoding.UTF8.GetBytes("[upstream]\n" + Keys(95))));
        Assert.Equal(100, exception.Problems.Count);
        Assert.DoesNotContain(exception.Problems, problem => problem.Rule == RecipeRule.MoreProblems);

        static string Keys(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"zzzzzz{i} = 1\n"));
    }

    [Fact]
    public void Warnings_are_counted_too()
    {
        TomlFile file = TomlFile.Parse(
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 150).Select(i => $"zzzzzz{i} = 1\n"))),
            "f.toml"
        );
        _ = Recipe.Read(file);
        Assert.Equal(101, file.Problems.Warnings.Count);
    }

    [Fact]
    public void A_problem_is_as_long_as_a_message_may_be()
    {
        string key = new('k', 100_000);
        RecipeException exception = Assert.Throws<RecipeException>(() =>
            Read(Encoding.UTF8.GetBytes($"[watch]\n{key} = 1\n"))
        );
        RecipeProblem problem = exception.Problems.Single(problem => problem.Rule == RecipeRule.UnknownKey);
        Assert.Equal(RecipeLimits.MessageCharacters + 1, problem.Message.Length);
        Assert.EndsWith("…", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a = [", "1,", "]\n")]
    [InlineData("", "a.", "a = 1\n")]
    [InlineData("a = {", "b = 1,", "}\n")]
    public void A_file_of_more_values_than_anybody_writes_is_refused_before_it_is_parsed(
        string start,
        string piece,
        string end
    )
    {
        string text = start + string.Concat(Enumerable.Repeat(piece, 100_000)) + end;
        Assert.Equal(
            "f.toml:1:1: the file has more than 50000 keys, values and brackets",
            Assert.Throws<RecipeException>(() => Read(Encoding.UTF8.GetBytes(text))).Message
        );
    }

    [Theory]
    [InlineData("\"{0}\"")]
    [InlineData("'{0}'")]
    [InlineData("\"\"\"\n{0}\"\"\"")]
    [InlineData("'''{0}'''")]
    [InlineData("1 # {0}")]
    public void What_stands_in_strings_and_comments_is_not_counted(string value)
    {
        string text = string.Format(CultureInfo.InvariantCulture, $"a = {value}\n", new string('.', 100_000));
        Assert.NotNull(TomlFile.Parse(Encoding.UTF8.GetBytes(text), "f.toml").Root.Find("a"));
    }

    [Fact]
    public void A_large_file_without_mistakes_is_read()
    {
        string list = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"  \"usr/share/{i}\",\n"));
        TomlFile file = TomlFile.Parse(Encoding.UTF8.GetBytes($"[x]\nfiles = [\n{list}]\n"), "f.toml");
        Assert.Equal(40_000, file.Section("x")!.Strings("files").Count);
    }

    private static void ReadOrRefuse(byte[] text)
    {
        try
        {
            Read(text);
        }
        catch (RecipeException exception)
        {
            Assert.All(exception.Problems, problem => Assert.True(problem.Position is { Line: > 0, Column: > 0 }));
        }
    }

    private static void Read(byte[] text)
    {
        TomlFile file = TomlFile.Parse(text, "f.toml");
        byte[] formatted = TomlFormatter.Format(text, "f.toml");
        Assert.Equal(formatted, TomlFormatter.Format(formatted, "f.toml"));
        _ = Recipe.Read(file);
        _ = WatchedRecipe.Examine(file);
        file.Problems.ThrowIfAny();
    }
}
