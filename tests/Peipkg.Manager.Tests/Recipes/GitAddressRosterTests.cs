using Peipkg.Manager.Recipes;
using Peipkg.Recipes.Tests.Upstreams;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Tests.Recipes;

public sealed class GitAddressRosterTests
{
    public static TheoryData<string, string, string, string?> Accepted => GitAddressCases.Accepted;

    public static TheoryData<string, string> Refused => GitAddressCases.Refused;

    [Theory]
    [MemberData(nameof(Accepted))]
    public void The_farm_takes_an_address_and_shows_it_without_credentials(
        string text,
        string shown,
        string key,
        string? credentials
    )
    {
        RosterEntry recipe = Read(text);
        Assert.Equal((shown, key), (recipe.Url!.Text, recipe.Url.RepositoryKey));
        Assert.Equal(credentials is null, recipe.Url.Credentials is null);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void The_farm_refuses_an_address_at_its_place_in_the_recipe(string text, string sentence) =>
        Assert.EndsWith(
            $"peipkg.toml:5:7: git in [upstream]: {sentence}",
            Assert.Throws<RecipeException>(() => Read(text)).Message,
            StringComparison.Ordinal
        );

    private static RosterEntry Read(string address)
    {
        using TemporaryDirectory directory = new();
        string file = directory["peipkg.toml"];
        File.WriteAllText(
            file,
            $"""
            [[package]]
            name = "libz"
            architecture = "x86_64"
            [upstream]
            git = {GitAddressCases.ToToml(address)}
            tag_pattern = "^v([0-9.]+)$"
            peios_revision = 1
            """
        );
        return RecipeRoster.Read("zlib", file);
    }
}
