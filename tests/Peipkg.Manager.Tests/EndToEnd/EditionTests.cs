using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Farms of the newer edition of the format.</summary>
[Trait("Speed", "slow")]
public sealed class EditionTests
{
    private const string Edition = "pspu-5";

    // A pkg-config module is derived by default, and the helper has no place in the older edition.
    private const string Script = """
        mkdir -p "$DESTDIR/usr/share/greeting/pkgconfig" "$DESTDIR/usr/libexec/greeting"
        echo 'Version: 1.0' > "$DESTDIR/usr/share/greeting/pkgconfig/greeting.pc"
        echo help > "$DESTDIR/usr/libexec/greeting/helper"
        """;

    private static TestFarm Farm(string edition)
    {
        TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", Script);
        Replace(
            farm["recipes/hello/peipkg.toml"],
            "files = [\"usr/share/greeting/**\"]",
            "license_class = \"free\"\nfiles = [\"usr/share/greeting/**\", \"usr/libexec/**\"]"
        );
        Replace(farm["config.toml"], "[signing]", $"edition = \"{edition}\"\n[signing]");
        farm.Release("1.0");
        return farm;
    }

    private static void Replace(string file, string from, string to)
    {
        string text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    private static RepositoryIndex Archive(TestFarm farm) =>
        IndexDocument.Read(
            File.ReadAllBytes(farm["state/repo/index/archive.json"]),
            Peipkg.Format.Editions.Edition.Pspu5
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Recipes_are_built_in_the_edition_of_the_repository(bool elsewhere)
    {
        using TestFarm farm = Farm(Edition);
        if (elsewhere)
        {
            File.WriteAllText(farm["launcher"], "#!/bin/sh\ncd \"$1\" && xargs -0 peipkg-build < job.args || exit 1\n");
            File.SetUnixFileMode(
                farm["launcher"],
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
            File.AppendAllText(farm["config.toml"], $"[build]\nlauncher = [\"{farm["launcher"]}\", \"{{workdir}}\"]\n");
        }

        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
        farm.Verify();
        IndexEntry entry = Archive(farm).Packages.Single(package => package.Name.Text == "greeting");
        Assert.Equal(["pkgconfig(greeting)"], entry.Provides.Select(item => item.Name.Text));
        Assert.Equal("free", Peipkg.Format.Manifests.LicenseClasses.Text(entry.LicenseClass));
    }

    [Fact]
    public void What_the_repository_refuses_is_given_up_with_its_reason_until_the_recipe_is_mended()
    {
        using TestFarm farm = Farm(Edition);
        string script = farm["recipes/hello/build.sh"];
        string recipe = farm["recipes/hello/peipkg.toml"];
        Replace(recipe, "\"usr/libexec/**\"", "\"usr/libexec/**\", \"usr/etc/**\"");
        File.AppendAllText(
            script,
            "\nmkdir -p \"$DESTDIR/usr/etc/profile.d\"\necho x > \"$DESTDIR/usr/etc/profile.d/x.sh\"\n"
        );
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Matches("msg=\"packages cannot be published\" recipe=hello .*usr/etc/profile.d/x.sh", log);

        Replace(script, "usr/etc/profile.d/x.sh", "usr/libexec/greeting/x.sh");
        Replace(recipe, ", \"usr/etc/**\"", "");
        farm.MakeDue();
        (exit, log) = farm.Once();
        Assert.True(exit == 0, log);
        Assert.Contains(Archive(farm).Packages, package => package.Name.Text == "greeting");
    }

    [Fact]
    public void What_the_configuration_allows_is_published()
    {
        using TestFarm farm = Farm(Edition);
        Replace(
            farm["recipes/hello/peipkg.toml"],
            "\"usr/libexec/**\"]",
            "\"usr/libexec/**\", \"usr/etc/**\", \"srv/**\"]\nspecial_system_package = true"
        );
        File.AppendAllText(
            farm["recipes/hello/build.sh"],
            "\nmkdir -p \"$DESTDIR/usr/etc/profile.d\" \"$DESTDIR/srv\"\n"
                + "echo x > \"$DESTDIR/usr/etc/profile.d/x.sh\"\necho x > \"$DESTDIR/srv/x\"\n"
        );
        Replace(farm["config.toml"], "[signing]", "official = true\n[signing]");
        File.AppendAllText(farm["config.toml"], "[publish]\nallow_special_system = true\n");
        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
        farm.Verify();
        Assert.True(DescriptorDocument.Read(File.ReadAllBytes(farm["state/repo/repo.json"])).Official);
        Assert.Contains(Archive(farm).Packages, package => package.Name.Text == "greeting");
    }

    [Fact]
    public void A_worker_cannot_add_a_name_that_no_file_could_have()
    {
        using TestFarm farm = Farm(Edition);
        File.WriteAllText(
            farm["launcher"],
            "#!/bin/sh\ncd \"$1\" && printf 'provides = [{ name = \"bash\" }]\\n' > more && "
                + "sed -i '/^name = \"greeting\"$/r more' recipe/peipkg.toml && xargs -0 peipkg-build < job.args || exit 1\n"
        );
        File.SetUnixFileMode(
            farm["launcher"],
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        File.AppendAllText(farm["config.toml"], $"[build]\nlauncher = [\"{farm["launcher"]}\", \"{{workdir}}\"]\n");
        (int exit, string log) = farm.Once();
        Assert.NotEqual(0, exit);
        Assert.Contains("which neither the recipe says nor a file", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Recipes_and_configurations_of_another_edition_are_refused()
    {
        using TestFarm farm = Farm("psd-009");
        Replace(farm["recipes/hello/peipkg.toml"], "build_script", $"edition = \"{Edition}\"\nbuild_script");
        (int exit, string log) = farm.Once();
        Assert.NotEqual(0, exit);
        Assert.Contains(
            "the recipe is of edition pspu-5, and the repository is of edition psd-009",
            log,
            StringComparison.Ordinal
        );

        Replace(farm["config.toml"], "edition = \"psd-009\"", $"edition = \"{Edition}\"");
        (exit, log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("is of edition psd-009, not pspu-5; move it with", log, StringComparison.Ordinal);
    }
}
