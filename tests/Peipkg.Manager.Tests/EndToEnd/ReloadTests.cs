using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>SIGHUP to a real daemon: what it takes over, what it names, and what it does not let stop it.</summary>
[Trait("Speed", "slow")]
public sealed class ReloadTests : IDisposable
{
    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _farm.Dispose();
    }

    private void Configure(string http, string rest = "")
    {
        _farm.Configure(http: http);
        File.AppendAllText(_farm["config.toml"], rest);
    }

    private static int Reloads(ManagerProcess manager) =>
        manager.Log.Split('\n').Count(line => line.Contains("msg=\"recipe roster loaded\"", StringComparison.Ordinal));

    private static void Reload(ManagerProcess manager)
    {
        int before = Reloads(manager);
        manager.Signal("HUP");
        manager.WaitUntil(() => Reloads(manager) > before, "a reload");
    }

    private async Task<HttpStatusCode> Deliver(ManagerProcess manager, string secret)
    {
        byte[] body = "{\"repository\":{\"clone_url\":\"https://example.org/some/where.git\"}}"u8.ToArray();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(manager.Address, "/webhooks/github"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-GitHub-Event", "push");
        request.Headers.Add(
            "X-Hub-Signature-256",
            "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))
        );
        using HttpResponseMessage response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> Get(ManagerProcess manager, string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(manager.Address, path));
        return response.StatusCode;
    }

    [Fact]
    public void Under_nohup_a_hangup_reloads_too_and_ends_nothing()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting");
        using ManagerProcess manager = new(farm, ["--config", farm["config.toml"]], through: ["/usr/bin/nohup"]);
        manager.WaitFor("msg=\"poll complete\" recipe=hello");
        manager.Signal("HUP");
        manager.WaitFor("msg=\"configuration reloaded\"");
        Assert.False(manager.HasExited);
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
    }

    [Fact]
    public async Task What_can_change_while_it_runs_does_and_the_rest_is_named()
    {
        File.WriteAllText(_farm["secret"], "the-first-secret\n");
        string listen = $"addr = \"127.0.0.1:0\"\nwebhook_secret_file = \"{_farm["secret"]}\"\n";
        Configure(listen, "[build]\nparallel = 1\n");
        string wait = $"while [ ! -e {_farm["go"]} ]; do sleep 0.1; done";
        _farm.AddRecipe("one", "one", script: wait, doc: false);
        _farm.AddRecipe("two", "two", script: wait, doc: false);
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"starting build\" recipe=(one|two)");
        Assert.Equal(HttpStatusCode.OK, await Deliver(manager, "the-first-secret"));
        Assert.Equal(HttpStatusCode.NotFound, await Get(manager, "/repo/repo.json"));

        // The same file with another secret; two builds at once; the repository; a notification; what is logged.
        File.WriteAllText(_farm["secret"], "the-second-secret\n");
        File.WriteAllText(_farm["tell.sh"], $"#!/bin/sh\necho \"$PEIPKG_EVENT\" >> {_farm["told"]}\n");
        File.SetUnixFileMode(_farm["tell.sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Configure(
            listen + "serve_repo = true",
            $"""
            [build]
            parallel = 2
            [log]
            level = "debug"
            [[notify]]
            command = ["{_farm["tell.sh"]}"]
            events = ["published"]

            """
        );
        Reload(manager);
        manager.WaitFor(
            @"level=info msg=""configuration reloaded"" changed=""\[http\] serve_repo,\[build\] parallel,\[\[notify\]\] command,\[\[notify\]\] url,\[\[notify\]\] events,\[\[notify\]\] timeout,\[\[notify\]\] digest,\[log\] level"""
        );
        manager.WaitFor("msg=\"starting build\" recipe=one");
        manager.WaitFor("msg=\"starting build\" recipe=two");
        Assert.Equal(HttpStatusCode.Unauthorized, await Deliver(manager, "the-first-secret"));
        Assert.Equal(HttpStatusCode.OK, await Deliver(manager, "the-second-secret"));
        Assert.Equal(HttpStatusCode.OK, await Get(manager, "/repo/repo.json"));
        File.WriteAllText(_farm["go"], "");
        manager.WaitFor("msg=\"notification sent\" to=tell.sh kind=published");

        // What would take a restart, all of it in one line, again at each reload; and what changes nothing any more.
        string text = await File.ReadAllTextAsync(_farm["config.toml"]);
        await File.WriteAllTextAsync(
            _farm["config.toml"],
            text.Replace("id = \"farm-1\"", "id = \"farm-2\"", StringComparison.Ordinal)
                .Replace("127.0.0.1:0", "127.0.0.1:1", StringComparison.Ordinal)
                .Replace(_farm["key"], _farm["other-key"], StringComparison.Ordinal)
                .Replace("A demonstration", "Another one", StringComparison.Ordinal)
                .Replace("level = \"debug\"", "level = \"warn\"", StringComparison.Ordinal)
                .Replace("default_interval = \"1h\"", "default_interval = \"2h\"", StringComparison.Ordinal)
        );
        manager.Signal("HUP");
        manager.WaitFor(
            "level=warn msg=\"the configuration has changes that need more than a reload, restart to apply\" keys=\"\\[manager\\] id,\\[signing\\] key_file,\\[http\\] addr\""
        );
        manager.WaitFor(
            "level=warn msg=\"the configuration has changes without effect, .*\" keys=\"\\[repo\\] description\""
        );
        Assert.DoesNotContain("default_interval", manager.Log, StringComparison.Ordinal);
        Assert.Contains(
            "\"farm_id\":\"farm-1\"",
            await _client.GetStringAsync(new Uri(manager.Address, "/status")),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("secret\n", manager.Log, StringComparison.Ordinal);
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
    }

    [Fact]
    public async Task A_configuration_with_mistakes_changes_nothing_and_each_is_told_with_its_place()
    {
        Configure("addr = \"127.0.0.1:0\"\nserve_repo = true");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        _ = manager.Address;
        Configure(
            "addr = \"127.0.0.1:0\"\nserve_repo = false",
            "[build]\nparalel = 2\n[limits]\nmin_free = \"much\"\n"
        );
        _farm.AddRecipe("hello", "greeting");
        manager.Signal("HUP");
        manager.WaitFor(
            "level=error msg=\"configuration was not reloaded, the former one stays\" problem=\".*config.toml:[0-9]+:1: unknown key \\\\\"paralel\\\\\" in \\[build\\] \\(did you mean"
        );
        manager.WaitFor("msg=\"configuration was not reloaded.*min_free");

        // The recipes are another matter, and the former configuration is whole.
        manager.WaitFor("build \\+ publish complete\" recipe=hello");
        Assert.Equal(HttpStatusCode.OK, await Get(manager, "/repo/repo.json"));

        // One that names a secret that is not there is no better; nor is none at all.
        Configure($"addr = \"127.0.0.1:0\"\nserve_repo = false\nwebhook_secret_file = \"{_farm["none"]}\"");
        manager.Signal("HUP");
        manager.WaitFor("former one stays\" problem=\".*webhook secret");
        Assert.Equal(HttpStatusCode.OK, await Get(manager, "/repo/repo.json"));
        File.Delete(_farm["config.toml"]);
        manager.Signal("HUP");
        manager.WaitFor("former one stays\" problem=\"Could not find file");
        Configure("addr = \"127.0.0.1:0\"\nserve_repo = false");
        manager.Signal("HUP");
        manager.WaitFor("msg=\"configuration reloaded\" changed=\"\\[http\\] serve_repo\"");
        Assert.Equal(HttpStatusCode.NotFound, await Get(manager, "/repo/repo.json"));
    }

    [Fact]
    public void A_recipe_that_goes_away_while_it_is_built_ends_its_build_and_nothing_else()
    {
        _farm.AddRecipe(
            "leaving",
            "leaving",
            script: $"touch {_farm["begun"]}; while [ ! -e {_farm["go"]} ]; do sleep 0.1; done"
        );
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitUntil(() => File.Exists(_farm["begun"]), "the build");
        Directory.Move(_farm["recipes/leaving"], _farm["gone"]);
        _farm.AddRecipe("staying", "staying");
        Reload(manager);
        File.WriteAllText(_farm["go"], "");
        manager.WaitFor("recipe=leaving .*the recipe is gone");
        manager.WaitFor("build \\+ publish complete\" recipe=staying");
        Assert.False(manager.HasExited);
    }

    [Fact]
    public async Task A_reload_of_half_written_files_changes_nothing_and_is_reported()
    {
        Configure("addr = \"127.0.0.1:0\"");
        _farm.AddRecipe("hello", "greeting");
        using ManagerProcess manager = _farm.Start();
        Assert.Equal(HttpStatusCode.OK, await Get(manager, "/healthz"));
        string whole = await File.ReadAllTextAsync(_farm["config.toml"]);
        await File.WriteAllTextAsync(_farm["config.toml"], whole + "\n[repo2]\nx = \"C:\\");
        Directory.CreateDirectory(_farm["recipes/bad"]);
        await File.WriteAllTextAsync(_farm["recipes/bad/peipkg.toml"], "x = \"\\");
        Reload(manager);
        manager.WaitFor("msg=\"configuration was not reloaded, the former one stays\"");
        manager.WaitFor("msg=\"recipe cannot be used\" recipe=bad");
        Assert.Equal(HttpStatusCode.OK, await Get(manager, "/healthz"));
        await File.WriteAllTextAsync(_farm["config.toml"], whole);
        Reload(manager);
        manager.WaitFor("msg=\"configuration reloaded\"");
    }
}
