using Peipkg.Build.Starting;
using Peipkg.Build.Tests.Support;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Tests.Starting;

public sealed class NewOperationTests
{
    public static TheoryData<string> Templates => [.. RecipeTemplate.Names];

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_template_is_the_sample_of_its_name(string template)
    {
        string samples = Path.Combine(SourceTree.Root, "samples/templates", template);
        foreach (bool split in new[] { false, true })
        {
            string left = split ? "peipkg.toml" : "split.toml";
            Dictionary<string, string> expected = Directory
                .EnumerateFiles(samples, "*", SearchOption.AllDirectories)
                .Where(path => Path.GetRelativePath(samples, path) != left)
                .ToDictionary(
                    path =>
                        Path.GetRelativePath(samples, path)
                            .Replace("split.toml", "peipkg.toml", StringComparison.Ordinal),
                    File.ReadAllText
                );
            IReadOnlyList<(string Path, string Content)> files = RecipeTemplate.Files(
                template,
                PackageName.Parse($"hello-{template}"),
                split,
                Edition.Default
            );
            Assert.Equal(
                expected.OrderBy(pair => pair.Key, StringComparer.Ordinal),
                files
                    .Select(file => KeyValuePair.Create(file.Path, file.Content))
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            );
        }
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void What_it_makes_passes_check_with_warnings_denied_once_it_is_filled_in(string template)
    {
        using InDirectory place = new();
        foreach (Edition edition in Edition.All)
        {
            foreach (string[] split in new[] { Array.Empty<string>(), ["--split"] })
            {
                string name = $"my-{template}{split.Length}-{edition}";
                string recipe = $"{name}/peipkg.toml";
                string output = place
                    .Bench.Run(["new", name, "--template", template, "--edition", edition.Name, .. split])
                    .Succeeds()
                    .Output;
                Assert.Contains($"{name}/peipkg.toml\n", output, StringComparison.Ordinal);
                string text = File.ReadAllText(recipe);
                Assert.DoesNotContain("hello", text, StringComparison.Ordinal);
                Assert.Contains($"name = \"{name}\"", text, StringComparison.Ordinal);
                Assert.Equal(
                    edition != Edition.Default,
                    text.Contains($"[meta]\nedition = \"{edition}\"\n", StringComparison.Ordinal)
                );

                RunResult unfilled = place.Bench.Run("check", name, "--deny", "warnings");
                Assert.Equal(1, unfilled.Code);
                Assert.Equal(
                    text.Split('\n')
                        .Count(line => !line.StartsWith('#') && line.Contains("FIXME", StringComparison.Ordinal)),
                    unfilled.Output.Split("[placeholder]").Length - 1
                );
                Assert.Equal(unfilled.Output.Split("[placeholder]").Length, unfilled.Output.Split(": error: ").Length);
                File.WriteAllText(recipe, text.Replace("FIXME", "filled-in", StringComparison.Ordinal));
                string checkedOutput = place.Bench.Run("check", name, "--deny", "warnings").Succeeds().Output;
                Assert.Equal("1 recipe checked: nothing to report\n", checkedOutput);
            }
        }
    }

    [Theory]
    [InlineData("psd-009")]
    [InlineData("pspu-5")]
    public void What_it_makes_builds_as_it_stands(string edition)
    {
        using InDirectory place = new();
        place.Bench.Run("new", "greet", "--template", "make", "--split", "--edition", edition).Succeeds();
        place
            .Bench.Build("--recipe", "greet", "--source", "greet/source", "--arch", "x86_64", "--deny", "warnings")
            .Succeeds();
        Assert.Equal(
            ["greet-dev_1.2-3_x86_64.peipkg", "greet-doc_1.2-3_noarch.peipkg", "greet_1.2-3_x86_64.peipkg"],
            place.Bench.Outputs
        );
    }

    [Fact]
    public void Nothing_is_ever_overwritten()
    {
        using InDirectory place = new();
        Directory.CreateDirectory("there");
        File.WriteAllText("file", "kept");
        File.CreateSymbolicLink("link", "nowhere");
        foreach (string name in new[] { "there", "file", "link" })
        {
            place.Bench.Run("new", name).Fails($"{name} exists already; choose another name");
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries("there"));
        Assert.Equal("kept", File.ReadAllText("file"));
        Assert.Equal(
            ["file", "link", "there"],
            Directory.EnumerateFileSystemEntries(".").Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void Names_and_templates_are_checked_before_anything_is_made()
    {
        using InDirectory place = new();
        place.Bench.Run("new", "../x").FailsWith(2, "is not a package name");
        place.Bench.Run("new", "hello", "--template", "meson2").FailsWith(2, "(did you mean \"meson\"?)");
        place.Bench.Run("new", "hello", "--edition", "pspu-6").FailsWith(2, "(did you mean \"pspu-5\"?)");
        place.Bench.Run("new", new string('a', 62), "--split").Fails("--split makes");
        Assert.Empty(Directory.EnumerateFileSystemEntries("."));
    }

    /// <summary>Works in a directory of its own; the tests of this assembly run one after the other.</summary>
    private sealed class InDirectory : IDisposable
    {
        private readonly string _before = Directory.GetCurrentDirectory();

        public InDirectory()
        {
            Directory.CreateDirectory(Bench["here"]);
            Directory.SetCurrentDirectory(Bench["here"]);
        }

        public Workbench Bench { get; } = new();

        public void Dispose()
        {
            Directory.SetCurrentDirectory(_before);
            Bench.Dispose();
        }
    }
}
