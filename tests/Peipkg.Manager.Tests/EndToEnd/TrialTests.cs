using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>A real daemon whose recipes are in a real git repository, and a real server that poses as its forge.</summary>
[Trait("Speed", "slow")]
public sealed class TrialTests : IDisposable
{
    private const string Secret = "It's a Secret to Everybody";
    private const string Token = "forge-token-0123456789";

    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();
    private readonly ForgeServer _forge = new();
    private readonly GitRepository _recipes;

    public TrialTests()
    {
        File.WriteAllText(_farm["secret"], Secret);
        File.WriteAllText(_farm["token"], Token + "\n");
        _farm.Configure(
            http: $"addr = \"127.0.0.1:0\"\nwebhook_secret_file = \"{_farm["secret"]}\"\npublic_url = \"https://farm.example.org\""
        );
        File.WriteAllText(
            _farm["config.toml"],
            File.ReadAllText(_farm["config.toml"])
                .Replace($"recipes_dir = \"{_farm["recipes"]}\"\n", "", StringComparison.Ordinal)
                + $"""
                [recipes]
                git = "file://{_farm["recipes"]}"
                [forge]
                kind = "forgejo"
                url = "http://127.0.0.1:{_forge.Port}/farm/recipes"
                token_file = "{_farm["token"]}"
                trusted = ["ann"]

                """
        );
        _recipes = new GitRepository(_farm["recipes"]);
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.AddRecipe("other", "other", doc: false);
        _recipes.Commit();
        _farm.Release("1.0");
    }

    public void Dispose()
    {
        _client.Dispose();
        _forge.Dispose();
        _farm.Dispose();
    }

    private ManagerProcess StartWithPublished()
    {
        ManagerProcess manager = _farm.Start();
        manager.WaitFor("build \\+ publish complete\" recipe=hello");
        manager.WaitFor("build \\+ publish complete\" recipe=other");
        return manager;
    }

    // The recipes as a request would have them, in the place where a forge keeps its commit.
    private string Request(int number, Action change, string from = "main")
    {
        _recipes.Run("checkout", "-q", "-f", "--detach", from);
        change();
        string commit = _recipes.Commit();
        _recipes.Run("update-ref", $"refs/pull/{number}/head", commit);
        _recipes.Run("checkout", "-q", "-f", "main");
        return commit;
    }

    private void Append(string file, string text) => File.AppendAllText(_farm["recipes/" + file], text);

    private async Task<string> Deliver(
        ManagerProcess manager,
        int number,
        string commit,
        string author,
        string action = "opened",
        string? sender = null,
        string? secret = Secret,
        string branch = "patch",
        HttpStatusCode expected = HttpStatusCode.OK
    )
    {
        byte[] body = Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(
                new
                {
                    action,
                    number,
                    pull_request = new
                    {
                        number,
                        user = new { login = author },
                        head = new { sha = commit, @ref = branch },
                        @base = new { @ref = "main" },
                    },
                    repository = new
                    {
                        full_name = "farm/recipes",
                        clone_url = "file://" + _farm["recipes"],
                        default_branch = "main",
                    },
                    sender = new { login = sender ?? author },
                }
            )
        );
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(manager.Address, "/webhooks/forgejo"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Headers.Add("X-Forgejo-Event", "pull_request");
        if (secret is not null)
        {
            request.Headers.Add(
                "X-Forgejo-Signature",
                Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))
            );
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private (int ExitCode, JsonElement Document, string Errors) Try(params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(Tools.Manager, ["try", "--json", "--config", _farm["config.toml"], .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        JsonElement document = default;
        if (output.Length > 0)
        {
            using JsonDocument parsed = JsonDocument.Parse(output);
            document = parsed.RootElement.Clone();
        }

        return (process.ExitCode, document, errors.Result);
    }

    private JsonElement Show(long trial) => Try("--show", trial.ToString(CultureInfo.InvariantCulture)).Document;

    private static string Word(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static async Task<T> WaitFor<T>(Func<T> look, Func<T, bool> isThere)
    {
        T found = look();
        for (int i = 0; i < 600 && !isThere(found); i++)
        {
            await Task.Delay(100);
            found = look();
        }

        Assert.True(isThere(found), $"{found}");
        return found;
    }

    private async Task<JsonElement> WaitForState(long trial, string state)
    {
        JsonElement shown = await WaitFor(
            () => Show(trial),
            shown => Word(shown, "state") == state || shown.GetProperty("ended_at").ValueKind == JsonValueKind.String
        );
        Assert.True(Word(shown, "state") == state, shown.ToString());
        return shown;
    }

    // Everything that a trial must leave alone.
    private string State() =>
        string.Join(
            '\n',
            [
                .. _farm.Published(),
                _farm.Generation.ToString(CultureInfo.InvariantCulture),
                string.Join(' ', Directory.EnumerateFileSystemEntries(_farm["state/publish"])),
                string.Join(
                    ' ',
                    Directory
                        .EnumerateFileSystemEntries(_farm["state/stage"])
                        .Where(p => !p.EndsWith("/tmp", StringComparison.Ordinal))
                ),
                string.Join(' ', Directory.EnumerateFileSystemEntries(_farm["state/sources"])),
                new FileInfo(_farm["state/recipes/current"]).LinkTarget ?? "",
            ]
        );

    [Fact]
    public async Task Five_requests_lead_to_what_each_deserves_and_nothing_is_published()
    {
        string good = Request(
            1,
            () => Append("hello/build.sh", "echo more >> \"$DESTDIR/usr/share/greeting/greeting\"\n")
        );
        string broken = Request(2, () => Append("hello/peipkg.toml", "[upstream\n"));
        string hostile = Request(
            3,
            () =>
                Append(
                    "hello/build.sh",
                    $"""
                    (exec 3<>/dev/tcp/127.0.0.1/{_forge.Port}) 2>/dev/null && echo "REACHED the network"
                    cat {_farm["key"]} {_farm["secret"]} {_farm["token"]} 2>/dev/null && echo "REACHED a secret"
                    touch {_farm["config.toml"]} {_farm["state/manager.db"]} {_farm[
                        "recipes"
                    ]}/evil 2>/dev/null && echo "REACHED the state"
                    env | grep -i -e token -e secret && echo "REACHED the environment"
                    echo "tried everything"

                    """
                )
        );
        string two = Request(
            4,
            () =>
            {
                Append("hello/build.sh", "echo two >> \"$DESTDIR/usr/share/greeting/greeting\"\n");
                Append("other/build.sh", "echo two >> \"$DESTDIR/usr/share/other/greeting\"\n");
            }
        );
        string conflicting = Request(5, () => File.WriteAllText(_farm["recipes/hello/build.sh"], "exit 3\n"));
        File.WriteAllText(
            _farm["recipes/hello/build.sh"],
            "# main went on\n" + File.ReadAllText(_farm["recipes/hello/build.sh"])
        );
        _recipes.Commit();
        using ManagerProcess manager = StartWithPublished();
        string before = State();

        string[] commits = [good, broken, hostile, two, conflicting];
        for (int i = 0; i < commits.Length; i++)
        {
            Assert.Equal($"request {i + 1} is trial {i + 1}", await Deliver(manager, i + 1, commits[i], "ann"));
        }

        JsonElement first = await WaitForState(1, "passed");
        JsonElement package = Assert.Single(
            Assert.Single(first.GetProperty("recipes").EnumerateArray()).GetProperty("packages").EnumerateArray()
        );
        Assert.Equal("1.0-1", Word(package, "published"));
        Assert.Contains("usr/share/greeting/greeting", Word(package, "diff"), StringComparison.Ordinal);
        _farm.Verify("state/try/1/repo");
        Assert.Equal(["greeting 1.0-1"], _farm.Published("state/try/1/repo"));
        Assert.False(File.Exists(_farm["state/try/1/scratch-key.pem"]));

        JsonElement second = await WaitForState(2, "failed");
        Assert.Contains("recipe hello: hello/peipkg.toml:", Word(second, "detail"), StringComparison.Ordinal);

        await WaitForState(3, "passed");
        string log = await File.ReadAllTextAsync(_farm["state/try/3/1.log"]);
        Assert.Contains("tried everything", log, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "REACHED",
            log.Replace("echo \"REACHED", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(_farm["recipes/evil"]));

        JsonElement fourth = await WaitForState(4, "passed");
        Assert.Equal(
            ["hello", "other"],
            fourth.GetProperty("recipes").EnumerateArray().Select(recipe => Word(recipe, "recipe"))
        );

        JsonElement fifth = await WaitForState(5, "failed");
        Assert.Contains("it conflicts with commit", Word(fifth, "detail"), StringComparison.Ordinal);
        Assert.Contains("hello/build.sh", Word(fifth, "detail"), StringComparison.Ordinal);

        Assert.Equal(before, State());
        string list = await _client.GetStringAsync(new Uri(manager.Address, "/tries"));
        Assert.Contains("href=\"/tries/4\"", list, StringComparison.Ordinal);
        string page = await _client.GetStringAsync(new Uri(manager.Address, "/tries/4"));
        Assert.Contains("/tries/4/logs/2", page, StringComparison.Ordinal);
        Assert.Contains(
            "building other",
            await _client.GetStringAsync(new Uri(manager.Address, "/tries/4/logs/2")),
            StringComparison.Ordinal
        );

        // The forge knows the last word of each, from the token and with a link.
        foreach (
            (string commit, int trial, string state) in commits.Zip(
                [1, 2, 3, 4, 5],
                ["success", "failure", "success", "success", "failure"]
            )
        )
        {
            ToldStatus told = (
                await WaitFor(
                    () => _forge.Told.LastOrDefault(s => s.Path.EndsWith(commit, StringComparison.Ordinal)),
                    last => last?.State == state
                )
            )!;
            Assert.Equal($"/api/v1/repos/farm/recipes/statuses/{commit}", told.Path);
            Assert.Equal("token " + Token, told.Authorization);
            Assert.Equal($"https://farm.example.org/tries/{trial}", told.Target);
        }

        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
        Assert.DoesNotContain(Token, manager.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_s_request_is_built_after_approval_of_that_commit_alone()
    {
        string one = Request(7, () => Append("hello/build.sh", "echo one\n"));
        using ManagerProcess manager = StartWithPublished();

        // Trusted is who is named both as author and as who pushed.
        await Deliver(manager, 7, one, "mallory", sender: "ann");
        JsonElement waiting = await WaitForState(1, "waiting");
        Assert.Contains("peipkg-manager try --approve 1", Word(waiting, "detail"), StringComparison.Ordinal);
        string status = TestFarm.RunTool(Tools.Manager, "status", "--json", "--config", _farm["config.toml"]);
        Assert.Contains("request:7", status, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_farm["state/try/1"]));

        Assert.Equal(0, Try("--approve", "1").ExitCode);
        await WaitForState(1, "passed");
        Assert.Equal(1, Try("--approve", "1").ExitCode);

        string two = Request(7, () => Append("hello/build.sh", "echo two\n"));
        await Deliver(manager, 7, two, "mallory", "synchronized");
        await WaitForState(2, "waiting");

        // An old delivery that comes again takes nothing's place; a push before the approval is not what was approved.
        await Deliver(manager, 7, one, "mallory", "synchronized");
        JsonElement old = await WaitForState(3, "cancelled");
        Assert.Contains("another commit", Word(old, "detail"), StringComparison.Ordinal);
        Assert.Equal("waiting", Word(Show(2), "state"));
        Request(7, () => Append("hello/build.sh", "echo three\n"));
        Assert.Equal(0, Try("--approve", "2").ExitCode);
        JsonElement pushed = await WaitForState(2, "failed");
        Assert.Contains("was pushed meanwhile", Word(pushed, "detail"), StringComparison.Ordinal);

        // A branch of the repository itself was pushed by somebody who may.
        string own = Request(8, () => Append("hello/build.sh", "echo own\n"));
        _recipes.Run("update-ref", "refs/heads/fix/hello", own);
        await Deliver(manager, 8, own, "carol", branch: "fix/hello");
        await WaitForState(4, "passed");

        string closed = Request(9, () => Append("hello/build.sh", "echo closed\n"));
        await Deliver(manager, 9, closed, "mallory");
        await WaitForState(5, "waiting");
        await Deliver(manager, 9, closed, "mallory", "closed");
        await WaitForState(5, "cancelled");
    }

    [Fact]
    public async Task A_forged_delivery_does_nothing()
    {
        string commit = Request(7, () => Append("hello/build.sh", "echo one\n"));
        using ManagerProcess manager = StartWithPublished();
        await Deliver(manager, 7, commit, "ann", secret: "guessed", expected: HttpStatusCode.Unauthorized);
        await Deliver(manager, 7, commit, "ann", secret: null, expected: HttpStatusCode.Unauthorized);

        // What is signed and is not what git says does nothing either.
        await Deliver(manager, 7, new string('a', 40), "ann");
        await WaitForState(1, "cancelled");
        Assert.Equal(1, Try().Document.GetProperty("trials").GetArrayLength());
        Assert.False(
            Directory.Exists(_farm["state/try"]) && Directory.EnumerateFileSystemEntries(_farm["state/try"]).Any()
        );
    }

    [Fact]
    public async Task A_forge_that_is_down_fails_no_trial_and_is_told_later_and_a_redirect_gets_no_token()
    {
        string commit = Request(7, () => Append("hello/build.sh", "echo one\n"));
        using ForgeServer elsewhere = new();
        _forge.Answer(307, $"http://127.0.0.1:{elsewhere.Port}/");
        using ManagerProcess manager = StartWithPublished();
        await Deliver(manager, 7, commit, "ann");
        await WaitForState(1, "passed");
        await WaitFor(
            () => TestFarm.RunTool(Tools.Manager, "status", "--json", "--config", _farm["config.toml"]),
            status => status.Contains("\"forge\"", StringComparison.Ordinal)
        );
        _forge.Answer(201);
        await WaitFor(() => _forge.Told is [.., var last] ? last.State : null, state => state == "success");
        Assert.Empty(elsewhere.Told);
    }

    [Fact]
    public async Task An_operator_tries_branches_and_directories_and_nothing_stays_of_a_manager_that_is_killed()
    {
        Request(1, () => Append("other/build.sh", "echo branch\n"));
        _recipes.Run("update-ref", "refs/heads/fix/other", "refs/pull/1/head");
        using (ManagerProcess manager = StartWithPublished())
        {
            string before = State();
            (int code, JsonElement tried, string errors) = Try("fix/other");
            Assert.True(code == 0, errors + tried);
            Assert.Equal("other", Word(Assert.Single(tried.GetProperty("recipes").EnumerateArray()), "recipe"));
            Assert.Equal(1, Try("no-such-branch").ExitCode);
            (code, tried, errors) = Try("main");
            Assert.True(code == 0, errors);
            Assert.Equal("no recipe changes", Word(tried, "detail"));

            // A directory, of which one recipe is named; what fails says whose fault it is.
            Directory.CreateDirectory(_farm["mine"]);
            TestFarm.RunTool("cp", "-r", _farm["recipes/hello"], _farm["mine/hello"]);
            await File.AppendAllTextAsync(_farm["mine/hello/build.sh"], "exit 3\n");
            (code, tried, _) = Try(_farm["mine"], "hello");
            Assert.Equal(1, code);
            JsonElement recipe = Assert.Single(tried.GetProperty("recipes").EnumerateArray());
            Assert.Equal("failed", Word(recipe, "result"));
            Assert.Equal(2, Try("main", "--show", "1").ExitCode);
            Assert.Equal(before, State());

            string slow = Request(2, () => Append("hello/build.sh", "echo begun; sleep 600\n"));
            await Deliver(manager, 2, slow, "ann");
            await WaitFor(
                () => File.Exists(_farm["state/try/5/1.log"]) ? File.ReadAllText(_farm["state/try/5/1.log"]) : "",
                log => log.Contains("\nbegun", StringComparison.Ordinal)
            );
            manager.Signal("KILL");
            manager.WaitForExit();
        }

        // The next one begins the request's trial again, from nothing.
        using ManagerProcess again = _farm.Start();
        again.WaitFor("msg=\"trying recipes\" trial=5");
        await WaitFor(
            () => File.Exists(_farm["state/try/5/1.log"]) ? File.ReadAllText(_farm["state/try/5/1.log"]) : "",
            log => log.Contains("\nbegun", StringComparison.Ordinal)
        );
        Assert.Equal(0, Try("--cancel", "5").ExitCode);
        await WaitFor(() => Directory.Exists(_farm["state/try/5"]), exists => !exists);
        await WaitFor(
            () =>
                Directory
                    .EnumerateFileSystemEntries(_farm["state/stage"])
                    .Count(p => p.Contains("try", StringComparison.Ordinal)),
            left => left == 0
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(_farm["state/sources"]));
        again.Signal("TERM");
        Assert.Equal(0, again.WaitForExit());
        Assert.Empty(_farm.Children());
    }
}
