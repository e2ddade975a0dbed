using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Tests;

public sealed class RecipeTests : IDisposable
{
    private const string Meta = "[meta]\nbuild_script = \"build.sh\"\n";
    private const string Package = "[[package]]\nname = \"libz\"\narchitecture = \"x86_64\"\nfiles = [\"usr/**\"]\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-recipe-").FullName;

    public RecipeTests() => File.WriteAllText(Path.Combine(_directory, "build.sh"), "");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Reads_the_documentations_complete_example()
    {
        Recipe recipe = Load(
            """
            [meta]
            license = "Zlib"
            homepage = "https://zlib.net"
            source = "github:madler/zlib"
            build_script = "build.sh"

            [[package]]
            name = "libz"
            architecture = "x86_64"
            description = "zlib compression library - runtime"
            dependencies = [{ name = "libc" }]
            side_effects = ["ldconfig"]
            files = [
              "usr/lib/x86_64-linux-peios/libz.so.1",
              "usr/lib/x86_64-linux-peios/libz.so.1.*",
            ]

            [[package]]
            name = "libz-dev"
            architecture = "x86_64"
            dependencies = [
              { name = "libz", same_build = true },
              { name = "libc-dev", constraint = ">= 2.0, < 3", arch = "any", same_build = false },
            ]
            optional_dependencies = [{ name = "pkgconfig(zlib)" }]
            conflicts = [{ name = "zlib-ng-dev", constraint = "< 2" }]
            provides = [{ name = "zlib-dev", version = "1.3" }, { name = "Upper_Case" }]
            replaces = [{ name = "zlib1g-dev" }]
            files = ["usr/include/**"]

            [upstream]
            anything = "is the manager's"
            [provenance]
            future = true
            """
        );
        Assert.Equal(
            new RecipeMeta("Zlib", "https://zlib.net", "github:madler/zlib", "build.sh", Edition.Psd009),
            recipe.Meta
        );
        Assert.Equal(_directory, recipe.Directory);
        Assert.Empty(recipe.Warnings);
        Stanza dev = recipe.Stanzas[1];
        PackageVersion version = PackageVersion.Parse("1:1.3.1-2");
        Assert.Equal("= 1:1.3.1-2", dev.Dependencies[0].ConstraintFor(version)!.Value.Text);
        Assert.Equal(">= 2.0, < 3", dev.Dependencies[1].ConstraintFor(version)!.Value.Text);
        Assert.True(dev.Dependencies[1].ArchAny);
        Assert.Null(dev.OptionalDependencies[0].ConstraintFor(version));
        Assert.Equal("zlib-ng-dev", dev.Conflicts[0].Name.Text);
        Assert.Equal("1.3", dev.Provides[0].Version!.Value.Text);
        Assert.Null(dev.Provides[1].Version);
        Assert.Equal("zlib1g-dev", dev.Replaces[0].Name.Text);
        Assert.Equal([SideEffect.Ldconfig], recipe.Stanzas[0].SideEffects);
        Assert.Equal("usr/include/**", dev.Files[0].Glob.Text);
    }

    [Fact]
    public void A_package_may_claim_nothing_and_stand_for_others() =>
        Assert.Empty(
            Load(Meta + "[[package]]\nname = \"all\"\narchitecture = \"noarch\"\nfiles = []\n").Stanzas.Single().Files
        );

    [Fact]
    public void Everything_that_is_wrong_is_reported_in_one_run()
    {
        string[] expected = """
            2:1: unknown key "licence" in [meta] (did you mean "license"?)
            3:12: homepage in [meta]: "ftp://x" is not an http or https URL: it does not start with http:// or https://
            4:16: build_script in [meta]: "../build.sh" is not a path inside the recipe directory; write it relative to the recipe, without ".."
            5:1: [[package]] needs files, an array of strings
            6:8: name in [[package]]: "Libz" is not a package name: 'L' at position 1 is not allowed; use lower-case letters, digits, '-', '.' and '+'
            7:16: architecture in [[package]]: packages cannot be built for "x86_46"; the architectures are x86_64, aarch64, noarch (did you mean "x86_64"?)
            8:15: description in [[package]]: the character "—", U+2014 at position 6 is not printable ASCII; write "-" for a dash
            9:28: name in dependencies of [[package]]: "a b" is not a package or virtual name: a blank at position 2 is not allowed
            10:17: conflicts in [[package]] must hold tables; write { name = "apache2" }
            11:41: provides of [[package]]: "http" occurs twice
            12:16: unknown key "nane" in replaces of [[package]] (did you mean "name"?)
            13:17: side_effects in [[package]]: "ldconfg" is not one of ldconfig, depmod, man-db (did you mean "ldconfig"?)
            """.ReplaceLineEndings("\n").Split('\n');
        string[] actual = Problems(
            """
            [meta]
            licence = "Zlib"
            homepage = "ftp://x"
            build_script = "../build.sh"
            [[package]]
            name = "Libz"
            architecture = "x86_46"
            description = "zlib — runtime"
            dependencies = [{ name =   "a b" }]
            conflicts = [   "apache2"]
            provides = [{ name = "http" }, { name = "http" }]
            replaces = [ { nane = "x1" }]
            side_effects = ["ldconfg"]
            """
        );

        // How an identity's own rules are worded is not this test's business.
        Assert.Equal(
            expected,
            actual.Select(
                (line, i) =>
                    i < expected.Length && line.StartsWith(expected[i], StringComparison.Ordinal) ? expected[i] : line
            )
        );
    }

    [Theory]
    [InlineData("", "the recipe has no [meta]")]
    [InlineData(Meta, "the recipe has no [[package]]")]
    [InlineData("[meta]\n" + Package, "[meta] needs build_script, a string")]
    [InlineData("[meta]\nbuild_script = \"/bin/sh\"\n" + Package, "is not a path inside the recipe directory")]
    [InlineData("[meta]\nbuild_script = \"\"\n" + Package, "is not a path inside the recipe directory")]
    [InlineData("[meta]\nbuild_script = \"nope.sh\"\n" + Package, "\"nope.sh\" does not exist in the recipe directory")]
    [InlineData("[meta]\nbuild_script = \".\"\n" + Package, "\".\" is a directory")]
    [InlineData("[[meta]]\n" + Package, "write [meta], not [[meta]]")]
    [InlineData(Meta + "[package]\nname = \"x\"\n", "write [[package]], not [package]")]
    [InlineData(Meta + "[[package]]\narchitecture = \"noarch\"\nfiles = [\"a\"]\n", "[[package]] needs name, a string")]
    [InlineData(Meta + "[[package]]\nname = \"ab\"\nfiles = [\"a\"]\n", "[[package]] needs architecture, a string")]
    [InlineData(
        Meta + "[[package]]\nname = \"ab\"\narchitecture = \"noarch\"\nfiles = \"usr/**\"\n",
        "must be an array of strings, not a string"
    )]
    [InlineData(
        Meta + "[[package]]\nname = \"ab\"\narchitecture = \"noarch\"\nfiles = [\"/usr\", \"[x\"]\n",
        "6:18: files in [[package]]: \"[x\" is not a file pattern"
    )]
    [InlineData(
        Meta + "[[package]]\nname = \"ab\"\narchitecture = \"riscv64\"\nfiles = [\"a\"]\n",
        "packages cannot be built for \"riscv64\""
    )]
    [InlineData(Meta + Package + Package, "two stanzas are named \"libz\"; the first is on line 4")]
    [InlineData(
        Meta + Package + "dependencies = [{ name = \"libz\", same_build = true }]\n",
        "\"libz\" cannot depend on itself"
    )]
    [InlineData(
        Meta + Package + "dependencies = [{ name = \"libc\", same_build = true }]\n",
        "\"libc\" is not another [[package]] of this recipe"
    )]
    [InlineData(
        Meta + Package + "dependencies = [{ name = \"libc\", same_build = true, constraint = \"= 1\" }]\n",
        "is a constraint already"
    )]
    [InlineData(
        Meta + Package + "dependencies = [{ name = \"libc\", constraint = \">> 1\" }]\n",
        "constraint in dependencies of [[package]]"
    )]
    [InlineData(Meta + Package + "dependencies = [{ name = \"libc\", arch = \"all\" }]\n", "the only value is \"any\"")]
    [InlineData(
        Meta + Package + "dependencies = [{ constraint = \"= 1\" }]\n",
        "dependencies of [[package]] needs name"
    )]
    [InlineData(Meta + Package + "conflicts = [{ name = \"Virtual_Name\" }]\n", "is not a package name")]
    [InlineData(Meta + Package + "conflicts = [{ name = \"pkgconfig(x)\" }]\n", "is not a package name")]
    [InlineData(
        Meta + Package + "conflicts = [{ name = \"libx\", same_build = true }]\n",
        "packages of one build cannot conflict"
    )]
    [InlineData(Meta + Package + "replaces = [{ name = \"x1\", same_build = true }]\n", "unknown key \"same_build\"")]
    [InlineData(
        Meta + Package + "provides = [{ name = \"x1\", constraint = \"= 1\" }]\n",
        "unknown key \"constraint\""
    )]
    [InlineData(
        Meta + Package + "provides = [{ name = \"x1\", version = \"1_0\" }]\n",
        "version in provides of [[package]]"
    )]
    [InlineData(Meta + Package + "side_effects = [\"ldconfig\", \"ldconfig\"]\n", "\"ldconfig\" is declared twice")]
    [InlineData(Meta + Package + "description = \"caf\u00e9\"\n", "the character \"é\", U+00E9 at position 4")]
    [InlineData(Meta + Package + "description = \"a\\tb\"\n", "the character U+0009 at position 2")]
    [InlineData(Meta + Package + "version = \"1\"\n", "unknown key \"version\" in [[package]]")]
    [InlineData(Meta + Package + "[[sign]]\npath = \"usr/bin/x\"\n", "7:1: [[sign]] was retired")]
    [InlineData(Meta + Package + "[sign]\npath = \"/usr\"\nkey = \"../k\"\nkeyy = 1\n", "[[sign]] was retired")]
    public void A_mistake_is_named_with_its_place(string text, string message)
    {
        string problems = string.Join('\n', Problems(text));
        Assert.Contains(message, problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_build_may_name_a_stanza_that_comes_later()
    {
        Recipe recipe = Load(
            Meta
                + Package
                + "dependencies = [{ name = \"libz-common\", same_build = true }]\n"
                + Package.Replace("libz", "libz-common", StringComparison.Ordinal)
        );
        Assert.True(recipe.Stanzas[0].Dependencies[0].SameBuild);
    }

    [Fact]
    public void Odd_top_level_entries_are_warned_of() =>
        Assert.Equal(
            [
                "1:1: \"license\" is outside any section and is ignored",
                "8:1: the section \"upsteam\" is ignored (did you mean \"upstream\"?)",
            ],
            Load("license = \"MIT\"\n" + Meta + Package + "[upsteam]\n[unrelated]\n").Warnings.Select(Short)
        );

    [Fact]
    public void A_missing_file_is_an_io_error() =>
        Assert.Throws<FileNotFoundException>(() => Recipe.Load(Path.Combine(_directory, "nope.toml")));

    private Recipe Load(string text)
    {
        string file = Path.Combine(_directory, "peipkg.toml");
        File.WriteAllText(file, text.ReplaceLineEndings("\n"));
        return Recipe.Load(file);
    }

    private string[] Problems(string text)
    {
        RecipeException exception = Assert.Throws<RecipeException>(() => Load(text));
        return [.. exception.Problems.Select(Short)];
    }

    private string Short(RecipeProblem problem) =>
        problem.ToString().Replace(Path.Combine(_directory, "peipkg.toml") + ":", "", StringComparison.Ordinal);
}
