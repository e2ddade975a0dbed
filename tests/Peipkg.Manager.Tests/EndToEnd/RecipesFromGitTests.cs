using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Peipkg.Format.Attestations;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>A real daemon whose recipes are in a real git repository.</summary>
[Trait("Speed", "slow")]
public sealed class RecipesFromGitTests : IDisposable
{
    private const string Secret = "It's a Secret to Everybody";

    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();
    private readonly GitRepository _recipes;

    public RecipesFromGitTests()
    {
        File.WriteAllText(_farm["secret"], Secret);
        _farm.Configure(http: $"addr = \"127.0.0.1:0\"\nwebhook_secret_file = \"{_farm["secret"]}\"");
        File.WriteAllText(
            _farm["config.toml"],
            File.ReadAllText(_farm["config.toml"])
                .Replace($"recipes_dir = \"{_farm["recipes"]}\"\n", "", StringComparison.Ordinal)
                + $"[recipes]\ngit = \"file://{_farm["recipes"]}\"\n"
        );
        _recipes = new GitRepository(_farm["recipes"]);
    }

    public void Dispose()
    {
        _client.Dispose();
        _farm.Dispose();
    }

    private JsonElement Status()
    {
        string text = TestFarm.RunTool(Tools.Manager, "status", "--json", "--config", _farm["config.toml"]);
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private string[] Troubles() =>
        [.. Status().GetProperty("troubles").EnumerateArray().Select(t => t.GetProperty("key").GetString()!)];

    private async Task<string> Deliver(ManagerProcess manager)
    {
        byte[] body = Encoding.UTF8.GetBytes("{\"repository\":{\"clone_url\":\"file://" + _farm["recipes"] + "\"}}");
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(manager.Address, "/webhooks/forgejo"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Headers.Add("X-Forgejo-Event", "push");
        request.Headers.Add(
            "X-Forgejo-Signature",
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body))
        );
        using HttpResponseMessage response = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    [Fact]
    public async Task Commits_are_taken_over_or_refused_by_webhook_and_reload_and_the_farm_says_which_is_in_force()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        string first = _recipes.Commit();
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("build \\+ publish complete\" recipe=hello");
        Assert.Contains(
            $", recipes of commit {first}",
            await File.ReadAllTextAsync(_farm["state/logs/1.log"]),
            StringComparison.Ordinal
        );
        byte[] attestation = await File.ReadAllBytesAsync(
            _farm["state/repo/p/greeting/1.0-1/greeting_1.0-1_noarch.peipkg.attestation.json"]
        );
        Assert.Contains(
            $"{{\"name\":\"recipe\",\"uri\":\"git+file://{_farm["recipes"]}#{first}\",",
            Encoding.UTF8.GetString(DsseEnvelope.Read(attestation).Payload.Span),
            StringComparison.Ordinal
        );
        Assert.Equal(first, Status().GetProperty("recipes_from").GetProperty("commit").GetString());

        // A mistake in one recipe: the other's change is not taken over either.
        string good = await File.ReadAllTextAsync(_farm["recipes/hello/peipkg.toml"]);
        _farm.AddRecipe("second", "second", doc: false);
        await File.WriteAllTextAsync(_farm["recipes/hello/peipkg.toml"], good + "[upstream\n");
        string bad = _recipes.Commit();
        Assert.Equal("polling the recipes", await Deliver(manager));
        manager.WaitFor(
            $"level=error msg=\"commit of the recipes not taken over, the former one stays in force\" commit={bad} reason=\"recipe hello: hello/peipkg.toml:"
        );
        Assert.Equal(["recipes"], Troubles());
        Assert.Equal(bad, Status().GetProperty("recipes_from").GetProperty("refused_commit").GetString());
        Assert.Contains(
            "of commit " + first[..12],
            await _client.GetStringAsync(manager.Address),
            StringComparison.Ordinal
        );

        await File.WriteAllTextAsync(_farm["recipes/hello/peipkg.toml"], good);
        string mended = _recipes.Commit();
        Assert.Contains(
            "the repository of the recipes is looked at now",
            TestFarm.RunTool(Tools.Manager, "reload", "--config", _farm["config.toml"]),
            StringComparison.Ordinal
        );
        manager.WaitFor("build \\+ publish complete\" recipe=second");
        Assert.Equal(mended, Status().GetProperty("recipes_from").GetProperty("commit").GetString());
        Assert.Empty(Troubles());
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
    }
}
