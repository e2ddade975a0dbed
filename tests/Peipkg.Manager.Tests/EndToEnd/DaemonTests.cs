using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>The daemon: signals, endpoints, webhooks, all against the real process.</summary>
[Trait("Speed", "slow")]
public sealed class DaemonTests : IDisposable
{
    private const string Secret = "It's a Secret to Everybody";

    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();

    public DaemonTests()
    {
        File.WriteAllText(_farm["secret"], Secret + "\n\n");
        _farm.Configure(http: $"addr = \"127.0.0.1:0\"\nwebhook_secret_file = \"{_farm["secret"]}\"");
    }

    public void Dispose()
    {
        _client.Dispose();
        _farm.Dispose();
    }

    private async Task<(HttpStatusCode Status, string Body)> Deliver(
        Uri address,
        string body,
        string? signature = null,
        string kind = "push"
    )
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, "/webhooks/github"))
        {
            Content = new ByteArrayContent(content) { Headers = { { "Content-Type", "application/json" } } },
        };
        request.Headers.Add("X-GitHub-Event", kind);
        request.Headers.Add("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958");
        request.Headers.Add("X-Hub-Signature-256", signature ?? Sign(content));
        using HttpResponseMessage response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Sign(byte[] body) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body));

    private static string Push(string url) =>
        """{"ref":"refs/tags/v1.0","repository":{"id":1,"full_name":"ann/hello","clone_url":"$URL","html_url":"https://github.com/ann/hello"}}""".Replace(
            "$URL",
            url,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_SIGTERM_while_it_starts_ends_it_well()
    {
        for (int milliseconds = 0; milliseconds < 40; milliseconds += 4)
        {
            using ManagerProcess manager = _farm.Start();
            manager.WaitFor("msg=\"repository created\"");
            Thread.Sleep(milliseconds);
            manager.Signal("TERM");
            Assert.True(manager.WaitForExit() == 0, manager.Log);
            Directory.Delete(_farm["state"], recursive: true);
        }
    }

    [Fact]
    public async Task Healthz_says_ok_and_unknown_paths_and_methods_are_refused()
    {
        using ManagerProcess manager = _farm.Start();
        using HttpResponseMessage health = await _client.GetAsync(new Uri(manager.Address, "/healthz"));
        Assert.Equal((HttpStatusCode.OK, "ok"), (health.StatusCode, await health.Content.ReadAsStringAsync()));
        Assert.Equal("nosniff", health.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await _client.GetAsync(new Uri(manager.Address, "/nothing"))).StatusCode
        );
        Assert.Equal(
            HttpStatusCode.MethodNotAllowed,
            (await _client.GetAsync(new Uri(manager.Address, "/webhooks/github"))).StatusCode
        );
        Assert.Equal(
            HttpStatusCode.MethodNotAllowed,
            (await _client.PostAsync(new Uri(manager.Address, "/status"), null)).StatusCode
        );
    }

    [Fact]
    public async Task Status_has_the_documented_fields_with_their_meaning()
    {
        _farm.AddRecipe("bad", "broken", script: "exit 1");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        Uri status = new(manager.Address, "/status");
        manager.WaitFor("msg=\"build failed\" recipe=bad");
        _farm.AddRecipe("slow", "greeting", script: $"while [ ! -e {_farm["go"]} ]; do sleep 0.1; done");
        manager.Signal("HUP");
        manager.WaitFor("msg=\"starting build\" recipe=slow");
        using (JsonDocument document = JsonDocument.Parse(await _client.GetStringAsync(status)))
        {
            JsonElement root = document.RootElement;
            Assert.Equal("farm-1", root.GetProperty("farm_id").GetString());
            Assert.Equal(["bad", "slow"], root.GetProperty("recipes").EnumerateArray().Select(r => r.GetString()));
            Assert.Equal(
                (2, 0),
                (root.GetProperty("builds_attempted").GetInt32(), root.GetProperty("builds_succeeded").GetInt32())
            );
            JsonElement flight = root.GetProperty("in_flight");
            Assert.Equal(
                ("slow", "1.0-1"),
                (flight.GetProperty("recipe").GetString(), flight.GetProperty("version").GetString())
            );
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", flight.GetProperty("started_at").GetString());
            JsonElement failure = root.GetProperty("failures").GetProperty("bad@1.0-1");
            Assert.Equal(1, failure.GetProperty("failures").GetInt32());
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", failure.GetProperty("next_retry").GetString());
        }

        File.WriteAllText(_farm["go"], "");
        manager.WaitFor("build \\+ publish complete\" recipe=slow");
        manager.WaitUntil(
            () =>
            {
                using JsonDocument document = JsonDocument.Parse(
                    _client.GetStringAsync(status).GetAwaiter().GetResult()
                );
                return document.RootElement.GetProperty("in_flight").ValueKind == JsonValueKind.Null
                    && document.RootElement.GetProperty("builds_succeeded").GetInt32() == 1;
            },
            "a status without a build under way"
        );
    }

    [Fact]
    public async Task A_signed_delivery_triggers_a_poll_and_the_new_tag_is_built()
    {
        _farm.AddRecipe(
            "hello",
            "greeting",
            git: "file://" + _farm.Upstream.Path,
            watch: "[watch]\ngithub_webhook = true"
        );
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        manager.WaitFor("msg=\"poll complete\" recipe=hello");
        _farm.Release("1.0");
        (HttpStatusCode status, string body) = await Deliver(address, Push("file://" + _farm.Upstream.Path));
        Assert.Equal((HttpStatusCode.OK, "polling hello"), (status, body));
        manager.WaitFor("msg=\"webhook accepted, triggering immediate poll\" recipe=hello");
        manager.WaitFor("msg=\"polling upstream\" recipe=hello url=\\S+ trigger=webhook");
        manager.WaitFor("msg=\"starting build\" recipe=hello version=1.0-1 tag=v1.0 reason=webhook");
        manager.WaitFor("build \\+ publish complete");
    }

    [Fact]
    public async Task Deliveries_that_are_not_authentic_are_401_whatever_is_wrong_with_them()
    {
        _farm.AddRecipe("hello", "greeting", watch: "[watch]\ngithub_webhook = true");
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        string good = Sign(Encoding.UTF8.GetBytes("{}"));
        foreach (
            string signature in (string[])
                [
                    "sha256=",
                    "x",
                    good[..^1],
                    good + "0",
                    good.Replace("sha256", "sha1", StringComparison.Ordinal),
                    "sha256=" + new string('0', 64),
                    "sha256=" + new string('g', 64),
                    good,
                ]
        )
        {
            Assert.Equal(
                HttpStatusCode.Unauthorized,
                (await Deliver(address, Push(_farm.Upstream.Path), signature)).Status
            );
        }

        using HttpResponseMessage bare = await _client.PostAsync(
            new Uri(address, "/webhooks/github"),
            new StringContent("{}")
        );
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        manager.WaitFor("level=warn msg=\"webhook signature invalid\" remote=127.0.0.1");
    }

    [Fact]
    public async Task Unknown_repositories_pings_and_other_events_are_200_and_broken_payloads_400()
    {
        _farm.AddRecipe("hello", "greeting", watch: "[watch]\ngithub_webhook = true");
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        Assert.Equal(
            (HttpStatusCode.OK, "no recipe watches this repository"),
            await Deliver(address, Push("https://github.com/other/repo"))
        );
        Assert.Equal((HttpStatusCode.OK, "pong"), await Deliver(address, "{\"zen\":\"Keep it\"}", kind: "ping"));
        Assert.Equal(HttpStatusCode.OK, (await Deliver(address, "{}", kind: "issues")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Deliver(address, "{\"repository\":7}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Deliver(address, "not json")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Deliver(address, new string('[', 100_000))).Status);
    }

    [Fact]
    public async Task A_payload_beyond_25_MB_is_413_with_and_without_a_length()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        string body = "{\"x\":\"" + new string('y', 26 * 1024 * 1024) + "\"}";
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Answer(address, body, chunked: false));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Answer(address, body, chunked: true));
        Assert.Equal(
            HttpStatusCode.OK,
            (await Deliver(address, body[..(24 * 1024 * 1024)] + "\"}", kind: "ping")).Status
        );
    }

    // The server answers and closes before it has read everything; HttpClient may see only the closed connection.
    private static async Task<HttpStatusCode> Answer(Uri address, string body, bool chunked)
    {
        using TcpClient client = new(address.Host, address.Port);
        NetworkStream stream = client.GetStream();
        string length = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}";
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256={new string('0', 64)}\r\n{length}\r\n\r\n"
            )
        );
        Task<int> status = Task.Run(async () =>
        {
            byte[] head = new byte[12];
            await stream.ReadExactlyAsync(head);
            return int.Parse(Encoding.ASCII.GetString(head)[9..12]);
        });
        try
        {
            byte[] content = Encoding.ASCII.GetBytes(body);
            for (int at = 0; at < content.Length && !status.IsCompleted; at += 65536)
            {
                int count = Math.Min(65536, content.Length - at);
                if (chunked)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"{count:x}\r\n"));
                }

                await stream.WriteAsync(content.AsMemory(at, count));
                if (chunked)
                {
                    await stream.WriteAsync("\r\n"u8.ToArray());
                }
            }
        }
        catch (IOException)
        {
            // Closed on us; the answer was sent before.
        }

        return (HttpStatusCode)await status;
    }

    [Fact]
    public void SIGTERM_lets_the_running_build_end_and_be_published_then_exits_0()
    {
        _farm.AddRecipe(
            "hello",
            "greeting",
            script: $"touch {_farm["started"]}; while [ ! -e {_farm["go"]} ]; do sleep 0.1; done"
        );
        _farm.Release("1.0", "1.1");
        File.AppendAllText(_farm["config.toml"], "[build]\nparallel = 1\n");
        using ManagerProcess manager = _farm.Start();
        manager.WaitUntil(() => File.Exists(_farm["started"]), "the build");
        manager.Signal("TERM");
        manager.WaitFor("msg=\"draining");
        Thread.Sleep(500);
        Assert.False(manager.HasExited);
        File.WriteAllText(_farm["go"], "");
        Assert.Equal(0, manager.WaitForExit());
        Assert.Equal(TestFarm.Expected("greeting", "1.1"), _farm.Published());
    }

    [Fact]
    public void A_second_signal_stops_at_once_and_the_build_is_repeated_later()
    {
        _farm.AddRecipe(
            "hello",
            "greeting",
            script: $"if [ ! -e {_farm["go"]} ]; then touch {_farm["started"]}; sleep 300; fi"
        );
        _farm.Release("1.0");
        using (ManagerProcess manager = _farm.Start())
        {
            manager.WaitUntil(() => File.Exists(_farm["started"]), "the build");
            manager.Signal("TERM");
            manager.WaitFor("msg=\"draining");
            manager.Signal("TERM");
            Assert.Equal(143, manager.WaitForExit());
        }

        Assert.Empty(_farm.Children());
        File.WriteAllText(_farm["go"], "");
        (int exit, string log) = _farm.Once();
        Assert.Equal(0, exit);
        Assert.Contains("build + publish complete", log, StringComparison.Ordinal);
    }

    [Fact]
    public void An_idle_daemon_ends_quickly_on_SIGINT()
    {
        using ManagerProcess manager = _farm.Start();
        _ = manager.Address;
        manager.Signal("INT");
        Assert.Equal(0, manager.WaitForExit());
    }

    [Fact]
    public void SIGHUP_takes_up_new_recipes_and_a_broken_one_stops_no_other()
    {
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"recipe roster loaded\" count=0");
        _ = manager.Address;
        _farm.AddRecipe("hello", "greeting");
        _farm.AddRecipe("bad", "broken");
        File.AppendAllText(_farm["recipes/bad/peipkg.toml"], "[upstream\n");
        manager.Signal("HUP");
        manager.WaitFor("msg=\"recipe cannot be used\" recipe=bad problem=\\S+/bad/peipkg.toml:\\d+:\\d+:");
        manager.WaitFor("msg=\"recipe roster loaded\" count=1 watched=1 broken=1");
        manager.WaitFor("build \\+ publish complete\" recipe=hello");

        // What an operator changes in a recipe is looked at then, not an interval later.
        string recipe = _farm["recipes/hello/peipkg.toml"];
        File.WriteAllText(
            recipe,
            File.ReadAllText(recipe).Replace("peios_revision = 1", "peios_revision = 2", StringComparison.Ordinal)
        );
        manager.Signal("HUP");
        manager.WaitFor("build \\+ publish complete\" recipe=hello version=1.0-2");
    }

    [Fact]
    public void An_address_in_use_exits_1_naming_it()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        _farm.Configure(http: $"addr = \"127.0.0.1:{port}\"");
        using ManagerProcess manager = _farm.Start();
        Assert.Equal(1, manager.WaitForExit());
        Assert.Contains($"cannot listen on 127.0.0.1:{port}", manager.Log, StringComparison.Ordinal);
    }
}
