using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Deliveries as the forges send them: headers and payloads in their shapes, signed as they sign.</summary>
[Trait("Speed", "slow")]
public sealed class WebhookTests : IDisposable
{
    private const string Shared = "shared secret";
    private const string Gitlab = "gitlab-token";

    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();

    public WebhookTests()
    {
        File.WriteAllText(_farm["old"], "an older one\n");
        File.WriteAllText(_farm["secret"], Shared + "\n");
        File.WriteAllText(_farm["gitlab"], Gitlab + "\n");
        _farm.Configure(
            http: $"addr = \"127.0.0.1:0\"\nwebhook_secret_file = [\"{_farm["old"]}\", \"{_farm["secret"]}\"]\ngitlab_secret_file = \"{_farm["gitlab"]}\""
        );
        _farm.AddRecipe(
            "hello",
            "greeting",
            git: "file://" + _farm.Upstream.Path,
            watch: "[watch]\ngithub_webhook = true\nforgejo_webhook = true\ngitlab_webhook = true"
        );
    }

    public void Dispose()
    {
        _client.Dispose();
        _farm.Dispose();
    }

    private static string Hmac(string body, string secret = Shared) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

    // As each documents it, cut to what surrounds the parts that matter.
    private string Payload(string forge, string reference) =>
        (
            forge switch
            {
                "github" => """
                    {"ref":"$REF","before":"0000000000000000000000000000000000000000","after":"7a47e1de9f16f34b4e8b3f9f2e7ac3c5e6a0a3d2","created":true,
                     "repository":{"id":186853002,"node_id":"MDEwOl","name":"hello","full_name":"ann/hello","private":false,
                       "owner":{"name":"ann","login":"ann"},"html_url":"https://github.com/ann/hello","url":"https://github.com/ann/hello",
                       "git_url":"git://github.com/ann/hello.git","ssh_url":"git@github.com:ann/hello.git","clone_url":"$URL"},
                     "pusher":{"name":"ann"},"sender":{"login":"ann","id":1},"head_commit":null,"commits":[]}
                    """,
                "forgejo" => """
                    {"sha":"7a47e1de9f16f34b4e8b3f9f2e7ac3c5e6a0a3d2","ref":"$REF","ref_type":"tag","pusher_type":"user",
                     "repository":{"id":140,"owner":{"id":1,"login":"ann"},"name":"hello","full_name":"ann/hello","empty":false,
                       "html_url":"https://code.example.org/ann/hello","ssh_url":"ssh://git@code.example.org/ann/hello.git","clone_url":"$URL",
                       "default_branch":"main"},"sender":{"id":1,"login":"ann"}}
                    """,
                _ => """
                    {"object_kind":"tag_push","event_name":"tag_push","before":"0000000000000000000000000000000000000000",
                     "after":"82b3d5ae55f7080f1e6022629cdb57bfae7cccc7","ref":"$REF","checkout_sha":"82b3d5ae55f7080f1e6022629cdb57bfae7cccc7","user_id":1,
                     "project":{"id":1,"name":"hello","web_url":"https://gitlab.example.org/ann/hello","git_ssh_url":"git@gitlab.example.org:ann/hello.git",
                       "git_http_url":"$URL","path_with_namespace":"ann/hello"},
                     "repository":{"name":"hello","url":"git@gitlab.example.org:ann/hello.git","git_http_url":"$URL"},"commits":[],"total_commits_count":0}
                    """,
            }
        )
            .Replace("$REF", reference, StringComparison.Ordinal)
            .Replace("$URL", "file://" + _farm.Upstream.Path, StringComparison.Ordinal);

    private async Task<(HttpStatusCode Status, string Body)> Send(
        Uri address,
        string path,
        string body,
        params (string Name, string Value)[] headers
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, path))
        {
            Content = new StringContent(
                body,
                Encoding.UTF8,
                body.StartsWith("payload=", StringComparison.Ordinal)
                    ? "application/x-www-form-urlencoded"
                    : "application/json"
            ),
        };
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<(HttpStatusCode Status, string Body)> Deliver(Uri address, string forge, string body) =>
        forge switch
        {
            "github" => Send(
                address,
                "/webhooks/github",
                body,
                ("X-GitHub-Event", "push"),
                ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
                ("X-Hub-Signature-256", "sha256=" + Hmac(body))
            ),
            "forgejo" => Send(
                address,
                "/webhooks/forgejo",
                body,
                ("X-Forgejo-Event", "create"),
                ("X-Forgejo-Delivery", "f6266f16-1bf3-46a5-9ea4-602e06ead473"),
                ("X-Forgejo-Signature", Hmac(body))
            ),
            "gitea" => Send(
                address,
                "/webhooks/gitea",
                body,
                ("X-Gitea-Event", "push"),
                ("X-Gitea-Delivery", "f6266f16-1bf3-46a5-9ea4-602e06ead473"),
                ("X-Gitea-Signature", Hmac(body, "an older one"))
            ),
            _ => Send(
                address,
                "/webhooks/gitlab",
                body,
                ("X-Gitlab-Event", "Tag Push Hook"),
                ("X-Gitlab-Event-UUID", "13792a34-cac6-4fda-95a8-c58e00a3954e"),
                ("X-Gitlab-Token", Gitlab)
            ),
        };

    [Fact]
    public async Task Each_forges_delivery_leads_to_a_poll_and_the_new_tag_is_built()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        manager.WaitFor("poll complete\" recipe=hello");
        foreach (
            (string forge, string version) in ((string, string)[])
                [("github", "1.0"), ("forgejo", "1.1"), ("gitea", "1.2"), ("gitlab", "1.3")]
        )
        {
            _farm.Release(version);
            string body = Payload(forge == "gitea" ? "forgejo" : forge, "refs/tags/v" + version);
            Assert.Equal((HttpStatusCode.OK, "polling hello"), await Deliver(address, forge, body));
            manager.WaitFor($"starting build\" recipe=hello version={version}-1 tag=v{version} reason=webhook");
        }

        manager.WaitFor("build \\+ publish complete\" recipe=hello version=1.3-1");
    }

    [Fact]
    public async Task What_is_not_authentic_is_401_at_each_forges_path_and_secrets_are_not_shared_where_one_has_its_own()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        string body = Payload("gitlab", "refs/tags/v1");
        (string Path, string Name, string Value)[] attempts =
        [
            ("/webhooks/github", "X-Hub-Signature-256", Hmac(body)),
            ("/webhooks/github", "X-Hub-Signature-256", "sha256=" + Hmac(body, Gitlab)),
            ("/webhooks/forgejo", "X-Forgejo-Signature", "sha256=" + Hmac(body)),
            ("/webhooks/forgejo", "X-Forgejo-Signature", Hmac(body + " ")),
            ("/webhooks/gitea", "X-Gitea-Signature", ""),
            ("/webhooks/gitlab", "X-Gitlab-Token", Shared),
            ("/webhooks/gitlab", "X-Gitlab-Token", Gitlab + "x"),
            ("/webhooks/gitlab", "X-Other", "x"),
        ];
        foreach ((string path, string name, string value) in attempts)
        {
            Assert.Equal(
                (path, HttpStatusCode.Unauthorized),
                (path, (await Send(address, path, body, (name, value))).Status)
            );
        }

        // Once for each forge: what strangers repeat is counted, and told a minute later.
        manager.WaitUntil(() => Forged(manager) >= 3, "a line for each forge");
        Assert.InRange(Forged(manager), 3, 6);
    }

    [Fact]
    public async Task What_leads_to_nothing_is_answered_and_said_why()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        manager.WaitFor("poll complete\" recipe=hello");
        const string Ping =
            """{"zen":"Keep it logically awesome.","hook_id":1,"hook":{"type":"Repository"},"repository":{"clone_url":"https://github.com/ann/hello.git"}}""";
        Assert.Equal(
            (HttpStatusCode.OK, "pong"),
            await Send(
                address,
                "/webhooks/github",
                Ping,
                ("X-GitHub-Event", "ping"),
                ("X-Hub-Signature-256", "sha256=" + Hmac(Ping))
            )
        );
        manager.WaitFor("webhook accepted, nothing to do\" reason=pong");
        Assert.Equal(
            HttpStatusCode.OK,
            (
                await Send(
                    address,
                    "/webhooks/gitlab",
                    "{}",
                    ("X-Gitlab-Event", "Pipeline Hook"),
                    ("X-Gitlab-Token", Gitlab)
                )
            ).Status
        );
        manager.WaitFor("nothing to do\" reason=\"this event brings no tags\" .*forge=gitlab");
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (
                await Send(
                    address,
                    "/webhooks/gitlab",
                    "{",
                    ("X-Gitlab-Event", "Push Hook"),
                    ("X-Gitlab-Token", Gitlab)
                )
            ).Status
        );
        manager.WaitFor("msg=\"webhook refused\" status=400 reason=\"the payload is not JSON\"");

        // A push without a new tag is polled all the same: with four tags at once GitHub only tells of the branch.
        Assert.Equal(
            HttpStatusCode.OK,
            (await Deliver(address, "github", Payload("github", "refs/heads/main"))).Status
        );
        manager.WaitFor("webhook brought nothing to build\" recipe=hello reason=\"the upstream has no tags\"");
        _farm.Upstream.Commit(("greeting", "x"));
        _farm.Upstream.Tag("nightly", annotated: false);
        Assert.Equal(
            HttpStatusCode.OK,
            (await Deliver(address, "github", Payload("github", "refs/tags/nightly"))).Status
        );
        manager.WaitFor("reason=\"none of the 1 tags matches tag_pattern\"");
    }

    [Fact]
    public async Task A_burst_of_a_thousand_deliveries_becomes_few_polls_and_misses_no_tag()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        manager.WaitFor("poll complete\" recipe=hello");
        string body = Payload("github", "refs/tags/v1.0");
        _farm.Release("1.0");
        Stopwatch watch = Stopwatch.StartNew();
        (HttpStatusCode Status, string Body)[] answers = await Task.WhenAll(
            Enumerable.Range(0, 1000).Select(_ => Deliver(address, "github", body))
        );
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        manager.WaitFor("build \\+ publish complete\" recipe=hello version=1.0-1");
        manager.WaitFor("poll complete\" recipe=hello tags_seen=1 matches_emitted=1 queued=0");
        int polls = manager.Log.Split("msg=\"polling upstream\"").Length - 1;

        // After three that brought nothing at most one a second.
        Assert.True(polls < 20 + watch.Elapsed.TotalSeconds, polls.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(1, manager.Log.Split("msg=\"starting build\"").Length - 1);
    }

    [Fact]
    public async Task Recipes_that_share_an_upstream_hear_of_it_by_one_delivery_also_as_a_form()
    {
        _farm.AddRecipe(
            "twin",
            "twin",
            git: "file://" + _farm.Upstream.Path,
            watch: "[watch]\ngithub_webhook = true",
            doc: false
        );
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        manager.WaitFor("poll complete\" recipe=hello");
        manager.WaitFor("poll complete\" recipe=twin");
        _farm.Release("1.0");
        string form = "payload=" + WebUtility.UrlEncode(Payload("github", "refs/tags/v1.0"));
        Assert.Equal(
            (HttpStatusCode.OK, "polling hello, twin"),
            await Send(
                address,
                "/webhooks/github",
                form,
                ("X-GitHub-Event", "release"),
                ("X-Hub-Signature-256", "sha256=" + Hmac(form))
            )
        );
        manager.WaitFor("build \\+ publish complete\" recipe=hello version=1.0-1");
        manager.WaitFor("build \\+ publish complete\" recipe=twin version=1.0-1");
    }

    [Fact]
    public async Task A_repository_that_leads_nowhere_is_named_with_the_recipe_that_does_not_listen()
    {
        _farm.AddRecipe("deaf", "deaf", git: "git@github.com:Ann/Quiet.git");
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        string quiet =
            """{"ref":"refs/tags/v1","repository":{"full_name":"ann/quiet","clone_url":"https://github.com/ann/quiet.git"}}""";
        Assert.Equal((HttpStatusCode.OK, "no recipe watches this repository"), await Deliver(address, "github", quiet));
        manager.WaitFor(
            "nothing to do\" repository=ann/quiet reason=\"deaf has this upstream, but no github_webhook = true in \\[watch\\]\""
        );
        await Deliver(address, "github", quiet.Replace("quiet", "other", StringComparison.Ordinal));
        manager.WaitFor("nothing to do\" repository=ann/other reason=\"no recipe has this upstream\"");
    }

    [Fact]
    public async Task Large_bodies_of_strangers_leave_room_for_deliveries()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        manager.WaitFor("poll complete\" recipe=hello");
        List<TcpClient> slow = [];
        try
        {
            // None of them ever ends.
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 4; i++)
            {
                TcpClient client = new(address.Host, address.Port) { SendTimeout = 20_000 };
                slow.Add(client);
                await client
                    .GetStream()
                    .WriteAsync(
                        Encoding.ASCII.GetBytes(
                            $"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256={new string('0', 64)}\r\nContent-Length: {25 << 20}\r\n\r\n"
                        )
                    );
                for (int sent = 0; sent < 24; sent++)
                {
                    try
                    {
                        await client.GetStream().WriteAsync(piece);
                    }
                    catch (IOException)
                    {
                        // It was told that there is no room.
                        break;
                    }
                }
            }

            manager.WaitFor("msg=\"webhook refused\" status=503");
            Assert.Equal(
                (HttpStatusCode.OK, "polling hello"),
                await Deliver(address, "github", Payload("github", "refs/tags/v1.0"))
            );
        }
        finally
        {
            slow.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_flood_of_forged_deliveries_is_a_line_in_the_log()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(
                HttpStatusCode.Unauthorized,
                (
                    await Send(
                        address,
                        "/webhooks/github",
                        "{}",
                        ("X-Hub-Signature-256", "sha256=" + Hmac("{}", "guessed"))
                    )
                ).Status
            );
        }

        // And one more for each minute that it takes.
        manager.WaitUntil(() => Forged(manager) >= 1, "a line");
        Assert.InRange(Forged(manager), 1, 5);
    }

    private static int Forged(ManagerProcess manager) =>
        manager.Log.Split("msg=\"webhook signature invalid\"").Length - 1;

    [Fact]
    public void A_recipe_that_listens_to_a_forge_without_a_secret_is_exit_2()
    {
        _farm.Configure(http: $"addr = \"127.0.0.1:0\"\ngitlab_secret_file = \"{_farm["gitlab"]}\"");
        using ManagerProcess manager = _farm.Start();
        Assert.Equal(2, manager.WaitForExit());
        Assert.Contains(
            "[http] needs webhook_secret_file, since addr is set and github_webhook = true in hello and forgejo_webhook = true in hello",
            manager.Log,
            StringComparison.Ordinal
        );
    }
}
