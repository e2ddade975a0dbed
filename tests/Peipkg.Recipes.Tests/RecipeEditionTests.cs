using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Tests;

public sealed class RecipeEditionTests : IDisposable
{
    private const string Meta = "[meta]\nbuild_script = \"build.sh\"\n";
    private const string Package = "[[package]]\nname = \"libz\"\narchitecture = \"x86_64\"\nfiles = [\"usr/**\"]\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-recipe-").FullName;

    public RecipeEditionTests() => File.WriteAllText(Path.Combine(_directory, "build.sh"), "");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("", null, "psd-009")]
    [InlineData("", "pspu-5", "pspu-5")]
    [InlineData("edition = \"pspu-5\"\n", null, "pspu-5")]
    [InlineData("edition = \"pspu-5\"\n", "pspu-5", "pspu-5")]
    [InlineData("edition = \"psd-009\"\n", null, "psd-009")]
    public void A_recipe_is_of_its_own_edition_or_of_the_one_asked_for(string line, string? asked, string expected) =>
        Assert.Equal(expected, Load(Meta + line + Package, asked).Meta.Edition.Name);

    [Theory]
    [InlineData("edition = \"pspu-5\"", "psd-009", "3:11: edition in [meta]: the recipe is of edition pspu-5")]
    [InlineData("edition = \"psd-009\"", "pspu-5", "packages of edition pspu-5 are asked for")]
    [InlineData("edition = \"pspu5\"", null, "(did you mean \"pspu-5\"?); there are psd-009 and pspu-5")]
    [InlineData("edition = \"\"", null, "is not an edition")]
    [InlineData("edition = 5", null, "edition in [meta] must be a string")]
    public void Another_edition_than_asked_for_is_refused(string line, string? asked, string message) =>
        Refused(Meta + line + "\n" + Package, asked, message);

    [Fact]
    public void All_that_the_newer_edition_adds_comes_into_the_manifest()
    {
        Recipe recipe = Load(
            Meta
                + Package
                + """
                license_class = "firmware"
                default_root = "initramfs.early"
                special_system_package = true
                alternate_upgrade = { message = "Use the updater." }
                dependencies = [
                  { name = "shell", root = "initramfs", claims = { sh = { path = "/usr/bin/sh" } } },
                ]
                optional_dependencies = [{ name = "other", root = "main" }]
                provides = [
                  { name = "role", claims = { main = { target = "/usr/bin/a" }, also = { target = "/usr/bin/b", path = "/run/b" } } },
                ]
                """,
            "pspu-5"
        );
        Manifest manifest = StanzaManifest.Compose(
            recipe.Meta,
            recipe.Stanzas[0],
            PackageVersion.Parse("1-1"),
            new BuildInfo(Timestamp.Parse("2026-05-01T12:00:00Z"), "farm", "ref")
        );
        Assert.Equal(LicenseClass.Firmware, manifest.LicenseClass);
        Assert.Equal("initramfs.early", manifest.DefaultRoot?.Text);
        Assert.True(manifest.SpecialSystemPackage);
        Assert.Equal("Use the updater.", manifest.AlternateUpgrade?.Message);
        Assert.Equal("initramfs", manifest.Dependencies[0].Root?.Text);
        Assert.Equal("/usr/bin/sh", manifest.Dependencies[0].Claims.Slots[0].Path);
        Assert.Equal("main", manifest.OptionalDependencies[0].Root?.Text);
        Assert.Equal(["also", "main"], manifest.Provides[0].Claims.Slots.Select(slot => slot.Slot.Text));
        ManifestRules.Check(manifest, Edition.Pspu5);
    }

    [Theory]
    [InlineData("license_class = \"free\"", "license_class")]
    [InlineData("default_root = \"main\"", "default_root")]
    [InlineData("special_system_package = true", "special_system_package")]
    [InlineData("alternate_upgrade = { message = \"x\" }", "alternate_upgrade")]
    [InlineData("dependencies = [{ name = \"ab\", root = \"main\" }]", "root")]
    [InlineData("dependencies = [{ name = \"ab\", claims = {} }]", "claims")]
    [InlineData("provides = [{ name = \"ab\", claims = {} }]", "claims")]
    public void What_the_edition_lacks_is_refused_and_the_other_edition_named(string line, string key)
    {
        Refused(Meta + Package + line + "\n", null, $"there is no {key} in edition psd-009 (pspu-5 has it)");
        Load(Meta + Package + line + "\n", "pspu-5");
    }

    [Theory]
    [InlineData(
        "license_class = \"freee\"",
        "\"freee\" is not one of unknown, free, firmware, proprietary (did you mean \"free\"?)"
    )]
    [InlineData("license_class = \"\"", "is not one of")]
    [InlineData("default_root = \"Main\"", "default_root in [[package]]")]
    [InlineData("default_root = \"\"", "default_root in [[package]]")]
    [InlineData("alternate_upgrade = \"x\"", "must be a table")]
    [InlineData("alternate_upgrade = {}", "needs message")]
    [InlineData("alternate_upgrade = { message = \"\" }", "cannot be shown: it is empty")]
    [InlineData("alternate_upgrade = { message = \"x\", mesage = \"\" }", "unknown key \"mesage\"")]
    [InlineData("conflicts = [{ name = \"ab\", root = \"main\" }]", "unknown key \"root\"")]
    [InlineData("conflicts = [{ name = \"ab\", claims = {} }]", "unknown key \"claims\"")]
    [InlineData("replaces = [{ name = \"ab\", claims = {} }]", "unknown key \"claims\"")]
    [InlineData("provides = [{ name = \"ab\", root = \"main\" }]", "unknown key \"root\"")]
    [InlineData("provides = [{ name = \"ab\", claims = { s1 = { path = \"/run/x\" } } }]", "it has no target")]
    [InlineData(
        "dependencies = [{ name = \"ab\", claims = { s1 = { target = \"/usr/bin/x\" } } }]",
        "only the provider"
    )]
    [InlineData("dependencies = [{ name = \"ab\", claims = { s1 = {} } }]", "it has no path")]
    [InlineData("dependencies = [{ name = \"ab\", claims = { s1 = { path = \"usr/bin/x\" } } }]", "cannot be claimed")]
    [InlineData(
        "dependencies = [{ name = \"ab\", claims = { s1 = { path = \"/lcl/policy\" } } }]",
        "cannot be claimed"
    )]
    [InlineData(
        "dependencies = [{ name = \"ab\", claims = { S1 = { path = \"/run/x\" } } }]",
        "slots are named as packages are"
    )]
    [InlineData("side_effects = [\"ldconfig\"]", "\"ldconfig\" is no side effect in edition pspu-5 (psd-009 has it)")]
    public void A_malformed_value_of_the_newer_edition_is_refused(string line, string message) =>
        Refused(Meta + Package + line + "\n", "pspu-5", message);

    [Theory]
    [InlineData(64, false)]
    [InlineData(65, true)]
    public void Slots_have_a_limit(int count, bool refused)
    {
        string slots = string.Join(
            ", ",
            Enumerable.Range(0, count).Select(i => $"s{i} = {{ target = \"/usr/bin/a\" }}")
        );
        string text = Meta + Package + $"provides = [{{ name = \"role\", claims = {{ {slots} }} }}]\n";
        if (refused)
        {
            Refused(text, "pspu-5", "has more than the 64 slots allowed");
        }
        else
        {
            Load(text, "pspu-5");
        }
    }

    [Theory]
    [InlineData(4096, false)]
    [InlineData(4097, true)]
    public void A_licence_has_a_limit(int length, bool refused)
    {
        string text = Meta + $"license = \"{new string('x', length)}\"\n" + Package;
        if (refused)
        {
            Refused(text, null, "it has 4097 characters, more than 4096");
        }
        else
        {
            Load(text, null);
        }
    }

    private Recipe Load(string text, string? edition)
    {
        string path = Path.Combine(_directory, "peipkg.toml");
        File.WriteAllText(path, text);
        Assert.True(edition is null || Edition.All.Any(known => known.Name == edition));
        return Recipe.Load(path, Edition.All.SingleOrDefault(known => known.Name == edition));
    }

    private void Refused(string text, string? edition, string message) =>
        Assert.Contains(
            Assert.Throws<RecipeException>(() => Load(text, edition)).Problems,
            problem => problem.ToString().Contains(message, StringComparison.Ordinal)
        );
}
