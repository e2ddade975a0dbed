using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Http;
using Peipkg.Manager.Logging;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Tests.Http;

/// <summary>Acting from the dashboard: who may, what it does, and everything that is refused, over real HTTP.</summary>
public sealed class ActingTests : IAsyncLifetime, IDisposable
{
    private const string Acting = """
        user_header = "X-Forwarded-User"
        groups_header = "X-Forwarded-Groups"
        proxies = ["127.0.0.1"]
        [[role]]
        users = ["ann"]
        [[role]]
        groups = ["builders"]
        recipes = ["z*"]
        acts = ["retry", "ack", "pause"]
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new(ManualClock.Noon);
    private readonly StringWriter _log = new();
    private readonly ManagerDatabase _database;
    private readonly FarmStores _stores;
    private readonly HttpServer _server;
    private readonly ILoggerFactory _loggers;
    private readonly ConfigHolder _config;
    private readonly HttpClient _client;
    private string _from = "127.0.0.1";

    public ActingTests()
    {
        StateLayout layout = new(_directory["state"]);
        layout.Create();
        _database = ManagerDatabase.Open(layout.Database);
        _config = new ConfigHolder(Config(Acting));
        _stores = new FarmStores(_database, _config, layout, new RepositoryState(layout.Repository), _clock);
        AddRecipe("zlib");
        AddRecipe("curl");
        RecipeRoster roster = RecipeRoster.Load(_directory["recipes"], NullLogger.Instance);
        LiveFarm live = new()
        {
            ProcessId = 1,
            StartedAt = _clock.Now,
            Counters = new FarmCounters(_clock),
            WhyWaiting = () => _ => BuildLoop.BeginsNow,
            Cancel = (_, _) => false,
            Wake = () => { },
            Poll = _ => { },
            Drain = () => false,
        };
        Redactor redactor = new();
        _loggers = LogSetup.Create(new LogThreshold("info"), TextWriter.Synchronized(_log), redactor);
        OperatorDesk desk = new(_stores, () => roster, live, _loggers.CreateLogger<OperatorDesk>());
        Assert.True(ListenAddress.TryParse("127.0.0.1:0", out ListenAddress? address, out _));
        _server = new HttpServer(
            address,
            new HttpPages(_stores, () => roster, live, desk, redactor, _loggers),
            [],
            _clock,
            _loggers
        );
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
                PooledConnectionLifetime = TimeSpan.Zero,
                ConnectCallback = async (context, cancellation) =>
                {
                    Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(_from), 0));
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        );
    }

    public Task InitializeAsync() => _server.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _loggers.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    private Uri At(string path) => new(new Uri(_server.Addresses[0]), path);

    private ManagerConfig Config(string acting) =>
        ConfigReader.Read(
            TomlFile.Parse(
                Encoding.UTF8.GetBytes(
                    $"""
                    [manager]
                    id = "farm"
                    recipes_dir = "{_directory["recipes"]}"
                    state_dir = "{_directory["state"]}"
                    [repo]
                    name = "x"
                    [signing]
                    key_file = "{_directory["key"]}"
                    [poll]
                    default_interval = "1h"
                    [limits]
                    min_free = "0"
                    [http]
                    addr = "127.0.0.1:0"
                    {acting}
                    """
                ),
                "config.toml"
            )
        );

    private void AddRecipe(string name)
    {
        Directory.CreateDirectory(_directory["recipes/" + name]);
        File.WriteAllText(
            _directory[$"recipes/{name}/peipkg.toml"],
            $"""
            [meta]
            license = "MIT"
            build_script = "build.sh"
            [[package]]
            name = "{name}"
            architecture = "noarch"
            files = ["usr/**"]
            [upstream]
            git = "https://example.org/{name}"
            tag_pattern = "^v([0-9.]+)$"
            peios_revision = 1
            [watch]
            owners = ["ann@example.org", "bob"]

            """
        );
        ListedTag tag = new("v1.0", new string('a', 40), new string('b', 40));
        _stores.Tags.Record(name, "https://example.org/" + name, [tag]);
        _stores.Moves.Queue([new QueueEntry(name, "1.0-1", tag, BuildReason.Poll, "new")]);
    }

    private void Fail(string recipe)
    {
        long build = _stores.Builds.Find(recipe, "1.0-1")!.Id;
        long attempt = _stores.Moves.Begin(build, null)!.Value;
        _stores.Moves.Failed(build, attempt, FailureCause.Recipe, "exit 1", nextAttempt: null);
    }

    private async Task<string> Page(string path, string? user = "ann", string? groups = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, At(path));
        Sign(request, user, groups);
        using HttpResponseMessage response = await _client.SendAsync(request);
        string html = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, html);
        Assert.Contains(
            html.Contains("<form", StringComparison.Ordinal) ? "form-action 'self'" : "form-action '",
            response.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );
        return html;
    }

    private async Task<string> Token(string user = "ann", string? groups = null)
    {
        string html = await Page("/", user, groups);
        return Regex.Match(html, "name=\"token\" value=\"([0-9a-f]{64})\"").Groups[1].Value;
    }

    private static void Sign(HttpRequestMessage request, string? user, string? groups)
    {
        if (user is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Forwarded-User", user);
        }

        if (groups is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Forwarded-Groups", groups);
        }
    }

    private async Task<(HttpStatusCode Code, string Body, string? Location)> Post(
        Dictionary<string, string> fields,
        string? user = "ann",
        string? groups = null,
        params (string Name, string Value)[] headers
    )
    {
        using FormUrlEncodedContent content = new(fields);
        return await Post(content, user, groups, headers);
    }

    private async Task<(HttpStatusCode Code, string Body, string? Location)> Post(
        HttpContent content,
        string? user,
        string? groups,
        params (string Name, string Value)[] headers
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Post, At("/act")) { Content = content };
        Sign(request, user, groups);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
        return (
            response.StatusCode,
            WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync()),
            response.Headers.Location?.OriginalString
        );
    }

    // Presses a button as the page has it, and returns what the page says then.
    private async Task<string> Press(string act, string about, string page, params (string Name, string Value)[] more)
    {
        string html = await Page(page);
        Assert.Contains($"name=\"{act}\" value=\"{about}\"", html, StringComparison.Ordinal);
        Dictionary<string, string> fields = new()
        {
            ["token"] = Regex.Match(html, "name=\"token\" value=\"([0-9a-f]+)\"").Groups[1].Value,
            ["back"] = Regex.Match(html, "name=\"back\" value=\"([^\"]+)\"").Groups[1].Value,
            [act] = about,
        };
        foreach ((string name, string value) in more)
        {
            fields.Add(name, value);
        }

        (HttpStatusCode code, string body, string? location) = await Post(fields);
        Assert.True(code == HttpStatusCode.SeeOther, body);
        Assert.StartsWith(page + "?done=", location, StringComparison.Ordinal);
        string after = await Page(location!);
        Assert.DoesNotContain("class=\"notice", await Page(location!, "eve"), StringComparison.Ordinal);
        Match notice = Regex.Match(after, "<p class=\"notice (good|bad)\" role=\"status\">([^<]*)</p>");
        return $"{notice.Groups[1].Value}: {WebUtility.HtmlDecode(notice.Groups[2].Value)}";
    }

    private string[] Told() =>
        [
            .. _stores
                .Events.Latest(null, 99)
                .Where(e => e.Operator is not null)
                .Select(e => $"{e.Kind} {e.Recipe} {e.Operator}"),
        ];

    [Fact]
    public async Task Every_act_does_what_its_command_does_and_the_history_and_the_log_say_who_it_was()
    {
        const string Ann = "ann@X-Forwarded-User";
        Fail("zlib");
        Assert.Equal("good: queued again: zlib@1.0-1", await Press("retry", "zlib@1.0-1", "/"));
        Assert.Equal(
            (BuildState.Queued, $"asked for by {Ann}"),
            (_stores.Builds.Find("zlib", "1.0-1")!.State, _stores.Builds.Find("zlib", "1.0-1")!.Detail)
        );
        Assert.StartsWith(
            "good: zlib@1.0-1 is cancelled",
            await Press("cancel", "zlib@1.0-1", "/recipes/zlib", ("reason", "too long")),
            StringComparison.Ordinal
        );
        Assert.Equal(
            (BuildHold.Cancelled, "too long"),
            (_stores.Builds.Find("zlib", "1.0-1")!.Hold, _stores.Builds.Find("zlib", "1.0-1")!.Detail)
        );
        await Press("reject", "zlib@1.0-1", "/recipes/zlib", ("reason", "never"));
        Assert.Equal(BuildHold.Rejected, _stores.Builds.Find("zlib", "1.0-1")!.Hold);
        Assert.Equal("good: zlib 1.0-1 is queued", await Press("build", "zlib", "/recipes/zlib", ("tag", "v1.0")));
        Assert.Equal(BuildState.Queued, _stores.Builds.Find("zlib", "1.0-1")!.State);
        Assert.Equal(
            "bad: no tag or version \"v9\" of zlib is known; its upstream is listed now, try again in a moment",
            await Press("build", "zlib", "/recipes/zlib", ("tag", "v9"))
        );
        await Press("pause", "zlib", "/recipes/zlib", ("reason", "a <b>look</b>"));
        Assert.Equal("a <b>look</b>", _stores.Recipes.Get("zlib").PauseReason);
        await Press("ack", "paused:zlib", "/", ("reason", "I know"), ("hours", "24"));
        Acknowledgement said = Assert.Single(_stores.Troubles.Acknowledged());
        Assert.Equal(("paused:zlib", "I know", _clock.Now.AddDays(1)), (said.Key, said.Reason, said.Until));
        Assert.Equal("good: builds of zlib go on", await Press("resume", "zlib", "/recipes/zlib"));
        await Press("pause", "", "/", ("reason", "moving"));
        Assert.Equal("moving", _stores.Settings.PauseReason());
        Assert.Equal("good: builds go on", await Press("resume", "", "/"));
        Assert.Null(_stores.Settings.PauseReason());

        Assert.Equal(
            [
                $"resumed  {Ann}",
                $"paused  {Ann}",
                $"resumed zlib {Ann}",
                $"acknowledged  {Ann}",
                $"paused zlib {Ann}",
                $"retried zlib {Ann}",
                $"rejected zlib {Ann}",
                $"cancelled zlib {Ann}",
                $"retried zlib {Ann}",
            ],
            Told()
        );
        string recipe = await Page("/recipes/zlib");
        Assert.Contains($"<td>{Ann}</td>", recipe, StringComparison.Ordinal);
        Assert.Contains("<dt>Owners</dt><dd>ann@example.org, bob</dd>", recipe, StringComparison.Ordinal);
        Assert.Contains(
            $"msg=\"an operator acted\" act=reject about=zlib@1.0-1 by={Ann}",
            _log.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_page_has_the_buttons_that_its_reader_may_press_and_no_others()
    {
        Fail("zlib");
        Fail("curl");
        string reader = await Page("/", user: null);
        Assert.DoesNotContain("<button", reader, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", reader, StringComparison.Ordinal);
        Assert.DoesNotContain("signed in", reader, StringComparison.Ordinal);
        string eve = await Page("/", "eve");
        Assert.Contains("signed in as <b>eve</b>", eve, StringComparison.Ordinal);
        Assert.DoesNotContain("<button", eve, StringComparison.Ordinal);

        string bob = await Page("/", "bob", "users, builders");
        Assert.Contains("name=\"retry\" value=\"zlib@1.0-1\"", bob, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"curl@1.0-1\"", bob, StringComparison.Ordinal);
        Assert.Contains("name=\"ack\" value=\"failing:zlib\"", bob, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"ack\" value=\"failing:curl\"", bob, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"pause\" value=\"\"", bob, StringComparison.Ordinal);
        string recipe = await Page("/recipes/zlib", "bob", "builders");
        Assert.Contains("name=\"pause\" value=\"zlib\"", recipe, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"reject\"", recipe, StringComparison.Ordinal);
        Assert.DoesNotContain("<button", await Page("/recipes/curl", "bob", "builders"), StringComparison.Ordinal);

        _from = "127.0.0.2";
        Assert.DoesNotContain("<button", await Page("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Charts_are_pages_of_the_farm_and_of_each_recipe()
    {
        Fail("zlib");
        string farm = await Page("/charts", user: null);
        Assert.Contains("0 passed, 1 failed", farm, StringComparison.Ordinal);
        Assert.Contains("<b aria-current=\"true\">30 days</b>", farm, StringComparison.Ordinal);
        Assert.Contains("365 days</b>", await Page("/charts?days=365"), StringComparison.Ordinal);
        Assert.Contains("30 days</b>", await Page("/charts?days=100000"), StringComparison.Ordinal);
        Assert.Contains("0 passed, 1 failed", await Page("/recipes/zlib/charts"), StringComparison.Ordinal);
        Assert.Contains("Nothing was built", await Page("/recipes/curl/charts"), StringComparison.Ordinal);
        using HttpResponseMessage none = await _client.GetAsync(At("/recipes/none/charts"));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData(null, "the proxy passed no X-Forwarded-User")]
    [InlineData("", "names nobody")]
    [InlineData("ann, eve", "names nobody")]
    [InlineData("a\u200bnn", "names nobody")]
    [InlineData("LONG", "names nobody")]
    [InlineData("eve", "this form is of another user")]
    [InlineData("Ann", "this form is of another user")]
    public async Task Who_is_not_named_beyond_doubt_or_has_no_role_gets_nothing_done(string? user, string why)
    {
        Fail("zlib");
        user = user == "LONG" ? new string('a', 201) : user;
        (HttpStatusCode code, string body, _) = await Post(
            new Dictionary<string, string> { ["token"] = await Token(), ["retry"] = "zlib@1.0-1" },
            user
        );
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Contains(why, body, StringComparison.Ordinal);
        Assert.Empty(Told());
    }

    [Theory]
    [InlineData("retry", "zlib@1.0-1", 303)]
    [InlineData("retry", "curl@1.0-1", 403)]
    [InlineData("cancel", "zlib@1.0-1", 403)]
    [InlineData("ack", "failing:curl", 403)]
    [InlineData("ack", "disk", 403)]
    [InlineData("pause", "zlib", 303)]
    [InlineData("pause", "", 403)]
    [InlineData("resume", "", 403)]
    public async Task A_role_allows_its_acts_with_its_recipes_and_never_the_whole_farm(
        string act,
        string about,
        int code
    )
    {
        Fail("zlib");
        Fail("curl");
        string token = await Token("bob", "builders");
        (HttpStatusCode answered, string body, _) = await Post(
            new Dictionary<string, string> { ["token"] = token, [act] = about },
            "bob",
            "builders"
        );
        Assert.True(code == (int)answered, body);
        Assert.Equal(code == 303 ? 1 : 0, Told().Length);
        Assert.Equal(code == 403, body.Contains("bob may not", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin", 303)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "none", 403)]
    [InlineData("Origin", "OWN", 303)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("X-None", "x", 303)]
    public async Task A_form_of_another_site_is_refused_even_with_the_token(string header, string value, int code)
    {
        Fail("zlib");
        value = value == "OWN" ? At("/").GetLeftPart(UriPartial.Authority) : value;
        (HttpStatusCode answered, string body, _) = await Post(
            new Dictionary<string, string> { ["token"] = await Token(), ["retry"] = "zlib@1.0-1" },
            headers: (header, value)
        );
        Assert.True(code == (int)answered, body);
        Assert.Equal(code == 403, body.Contains("on a page of another site", StringComparison.Ordinal));
        Assert.Equal(code == 303 ? 1 : 0, Told().Length);
    }

    [Fact]
    public async Task A_form_needs_the_token_that_was_made_for_who_sends_it()
    {
        Fail("zlib");
        string bobs = await Token("bob", "builders");
        foreach (string token in (string[])["", "x", new string('0', 64), bobs])
        {
            (HttpStatusCode code, string body, _) = await Post(
                new Dictionary<string, string> { ["token"] = token, ["retry"] = "zlib@1.0-1" }
            );
            Assert.Equal(HttpStatusCode.Forbidden, code);
            Assert.Contains("load the page again", body, StringComparison.Ordinal);
        }

        Assert.Empty(Told());
    }

    [Fact]
    public async Task Who_does_not_come_through_the_proxy_is_a_reader_whatever_the_header_says()
    {
        Fail("zlib");
        string token = await Token();
        _from = "127.0.0.2";
        Dictionary<string, string> fields = new() { ["token"] = token, ["retry"] = "zlib@1.0-1" };
        (HttpStatusCode code, string body, _) = await Post(fields);
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Contains("this request came from 127.0.0.2 itself", body, StringComparison.Ordinal);
        Assert.Contains(
            "msg=\"an act from the dashboard was refused\" status=403",
            _log.ToString(),
            StringComparison.Ordinal
        );

        _from = "127.0.0.1";
        string form = $"token={token}&retry=zlib%401.0-1";
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, At("/").Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /act HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-User: ann\r\nX-Forwarded-User: ann\r\n"
                    + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}"
            )
        );
        using StreamReader reader = new(stream, Encoding.Latin1);
        string answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
        Assert.Contains("must occur once", answer, StringComparison.Ordinal);
        Assert.Empty(Told());

        _config.Current = Config("");
        (code, body, _) = await Post(fields);
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Contains("the configuration has no [http] user_header", body, StringComparison.Ordinal);
        Assert.DoesNotContain("signed in", await Page("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_form_of_the_pages_is_refused_before_anything_is_done()
    {
        Fail("zlib");
        string token = await Token();
        using HttpResponseMessage got = await _client.GetAsync(At("/act?retry=zlib"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, got.StatusCode);
        using StringContent json = new("{}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Post(json, "ann", null)).Code);
        using MultipartFormDataContent parts = new() { { new StringContent(token), "token" } };
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Post(parts, "ann", null)).Code);
        foreach (
            (string extra, int code) in ((string, int)[])
                [
                    ("", 400),
                    ("&fly=zlib", 400),
                    ("&retry=zlib&cancel=zlib", 400),
                    ("&retry=zlib&retry=curl", 400),
                    ("&retry=", 400),
                    ("&build=", 400),
                    ("&retry=zlib%40", 400),
                    ("&retry=zlib&reason=a%0Ab", 400),
                    ("&ack=", 400),
                    ("&ack=failing:zlib&hours=0", 400),
                    ("&ack=failing:zlib&hours=soon", 400),
                    ("&a=&b=&c=&d=&e=&f=&g=&h=", 400),
                    ("&retry=zlib&reason=" + new string('x', 9000), 413),
                ]
        )
        {
            using StringContent form = new(
                "token=" + token + extra,
                Encoding.ASCII,
                "application/x-www-form-urlencoded"
            );
            (HttpStatusCode answered, string body, _) = await Post(form, "ann", null);
            Assert.True(code == (int)answered, $"{extra}: {(int)answered} {body}");
        }

        Assert.Empty(Told());
        foreach (
            string back in (string[])["https://evil.example/", "//evil.example", "/\\evil.example", "/recipes/a b"]
        )
        {
            (_, _, string? location) = await Post(
                new Dictionary<string, string>
                {
                    ["token"] = token,
                    ["retry"] = "zlib@1.0-1",
                    ["back"] = back,
                }
            );
            Assert.StartsWith("/?done=", location, StringComparison.Ordinal);
        }
    }
}
