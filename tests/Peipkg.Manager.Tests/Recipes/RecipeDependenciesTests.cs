using System.Text;
using Peipkg.Manager.Recipes;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Recipes;

public class RecipeDependenciesTests
{
    private static RosterEntry Named(string name, string stanzas) =>
        new(name, WatchedRecipe.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(stanzas), "peipkg.toml")));

    private static RosterEntry Making(string name, string package, string depends = "", string provides = "") =>
        Named(
            name,
            $$"""
            [[package]]
            name = "{{package}}"
            architecture = "noarch"
            dependencies = [{{depends}}]
            provides = [{{provides}}]

            """
        );

    private static RecipeDependencies From(params RosterEntry[] recipes) =>
        RecipeDependencies.From(recipes, new Dictionary<string, PackageRelations>());

    [Fact]
    public void A_recipe_waits_for_who_makes_or_provides_what_its_packages_depend_on()
    {
        RecipeDependencies order = From(
            Making("zlib", "libz", provides: "{ name = \"pkgconfig(zlib)\" }"),
            Making("png", "libpng", depends: "{ name = \"libz\" }"),
            Making(
                "app",
                "app",
                depends: "{ name = \"pkgconfig(zlib)\" }, { name = \"libpng\" }, { name = \"elsewhere\" }"
            )
        );
        Assert.Empty(order.Of("zlib"));
        Assert.Equal(["zlib"], order.Of("png"));
        Assert.Equal(["png", "zlib"], order.Of("app"));
        Assert.Empty(order.Of("unknown"));
    }

    [Fact]
    public void A_recipe_does_not_wait_for_itself_nor_recipes_in_a_circle_for_each_other()
    {
        RecipeDependencies order = From(
            Making("a", "a", depends: "{ name = \"b\" }, { name = \"a\" }, { name = \"base\" }"),
            Making("b", "b", depends: "{ name = \"c\" }"),
            Making("c", "c", depends: "{ name = \"a\" }"),
            Making("base", "base")
        );
        Assert.Equal(["base"], order.Of("a"));
        Assert.Empty(order.Of("b"));
        Assert.Empty(order.Of("c"));
    }

    [Fact]
    public void What_published_packages_were_found_to_need_counts_too()
    {
        Dictionary<string, PackageRelations> published = new()
        {
            ["libz"] = new("libz", ["libz.so.1"], ["libc.so.6"]),
            ["app"] = new("app", [], ["libz.so.1", "libpng"]),
        };
        RecipeDependencies order = RecipeDependencies.From(
            [
                Making("zlib", "libz"),
                Making("png", "libpng", depends: "{ name = \"libz\" }"),
                Making("app", "app"),
                Making("other", "other"),
            ],
            published
        );
        Assert.Equal(["png", "zlib"], order.Of("app"));
        Assert.Equal(["app", "png"], order.DependentsOf(["zlib"]));
        Assert.Equal(["app"], order.DependentsOf(["png"]));
        Assert.Empty(order.DependentsOf(["other", "nobody"]));
    }

    [Fact]
    public void Whatever_is_wrong_with_a_stanza_is_left_to_peipkg_build()
    {
        RosterEntry odd = Named(
            "odd",
            "[[package]]\ndependencies = [\"text\", { nam = \"x\" }, { name = 3 }]\nprovides = 7\n"
        );
        Assert.Empty(From(odd).Of("odd"));
    }
}
