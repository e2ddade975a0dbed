using System.Diagnostics;
using System.Text;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>
/// A secret in every place that can hold one, programs that repeat all they are given, and everything failing: none of the
/// secrets is anywhere afterwards but where it was written.
/// </summary>
[Trait("Speed", "slow")]
public sealed class SecretsTests : IDisposable
{
    private static readonly string[] Names =
    [
        "poll",
        "token",
        "git",
        "s3",
        "hook",
        "hookuser",
        "webhook",
        "env",
        "aws",
        "rsync",
        "header",
        "proxy",
        "r2",
        "launcher",
        "argument",
    ];

    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();
    private readonly Dictionary<string, string> _secrets = Names.ToDictionary(
        n => n,
        n => n == "hook" ? "hook-S3cret-0f04" : $"{n}-S3cret/0f+{n.Length:x2}",
        StringComparer.Ordinal
    );

    public void Dispose()
    {
        _client.Dispose();
        _farm.Dispose();
    }

    private string Url(string secret) => Uri.EscapeDataString(_secrets[secret]);

    private Dictionary<string, string> Environment =>
        new()
        {
            ["PATH"] = _farm.Search,
            ["FARM_API_KEY"] = _secrets["env"],
            ["AWS_SECRET_ACCESS_KEY"] = _secrets["aws"],
            ["RSYNC_PASSWORD"] = _secrets["rsync"],
            ["RCLONE_CONFIG_R2_SECRET_ACCESS_KEY"] = _secrets["r2"],
            ["GIT_CONFIG_COUNT"] = "1",
            ["GIT_CONFIG_KEY_0"] = "http.https://example.org/.extraHeader",
            ["GIT_CONFIG_VALUE_0"] = "Authorization: Bearer " + _secrets["header"],
            ["ftp_proxy"] = $"http://user:{Url("proxy")}@127.0.0.1:1",
        };

    private void Program(string path, string exit)
    {
        File.WriteAllText(
            path,
            $"#!/bin/sh\necho \"$0 $*\" >&2; env >&2; cat {_farm["everything"]} >&2; cat {_farm["everything"]}; exit {exit}\n"
        );
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private void Plant()
    {
        // What a careless program might print: each secret as it is, in a URL, and as git sends it.
        File.WriteAllLines(
            _farm["everything"],
            [
                .. _secrets.Values,
                .. Names.Select(n => $"https://ann:{Url(n)}@example.org/"),
                Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + _secrets["poll"])),
                Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + _secrets["git"])),
            ]
        );
        Program(_farm["launcher.sh"], "1");
        Program(_farm["tell.sh"], "1");
        Program(_farm["bin/rclone"], "3");
        Program(_farm["bin/rsync"], "3");
        File.WriteAllText(_farm["webhook"], _secrets["webhook"] + "\n");
        _farm.Configure(
            $"""
            backend = "git"
            remote = "http://user:{Url("git")}@127.0.0.1:1/pages.git"
            """,
            $"""
            addr = "127.0.0.1:0"
            webhook_secret_file = "{_farm["webhook"]}"
            """
        );
        string text = File.ReadAllText(_farm["config.toml"])
            .Replace("[upload]", "[[upload]]", StringComparison.Ordinal);
        File.WriteAllText(
            _farm["config.toml"],
            text
                + $"""
                [[upload]]
                backend = "rclone"
                remote = ":s3,provider=Other,endpoint=\"http://127.0.0.1:1\",access_key_id=S3RVER,secret_access_key={_secrets[
                    "s3"
                ]}:pkgs"
                [[upload]]
                backend = "rsync"
                remote = "rsync://user@127.0.0.1/pkgs"
                [build]
                launcher = ["{_farm["launcher.sh"]}", "--token={_secrets["launcher"]}", "--job", "{"{job}"}"]
                [[notify]]
                url = "http://user:{Url("hookuser")}@127.0.0.1:1/hooks/{_secrets["hook"]}"
                [[notify]]
                command = ["{_farm["tell.sh"]}", "--api-key={_secrets["argument"]}"]

                """
        );
        _farm.AddRecipe("locked", "locked", git: $"http://user:{Url("poll")}@127.0.0.1:1/locked.git");
        _farm.AddRecipe("tokened", "tokened", git: $"http://{Url("token")}@127.0.0.1:1/tokened.git");
        _farm.AddRecipe(
            "broken",
            "broken",
            git: $"http://user:{Url("poll")}@127.0.0.1:1/broken.git?ref=main",
            watch: "webhok = \"https://x:unknown-S3cret@example.org\""
        );
        _farm.AddRecipe("noisy", "noisy");
        _farm.Release("1.0");
    }

    // What was asked for on a command line is there for everybody to read, and the documentation says so.
    private IEnumerable<string> Told(byte[] content, params string[] except)
    {
        string text = Encoding.UTF8.GetString(content);
        return _secrets
            .Where(s => !except.Contains(s.Key))
            .SelectMany(s => (string[])[s.Value, Uri.EscapeDataString(s.Value)])
            .Append(Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + _secrets["poll"])))
            .Append(Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + _secrets["git"])))
            .Append("unknown-S3cret")
            .Where(secret => text.Contains(secret, StringComparison.Ordinal))
            .Distinct();
    }

    private void AssertSilent(string where, byte[] content, params string[] except)
    {
        string[] told = [.. Told(content, except)];
        Assert.True(told.Length == 0, $"{where} tells {string.Join(", ", told)}:\n{Encoding.UTF8.GetString(content)}");
    }

    private byte[] Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Tools.Manager, [.. arguments, "--config", _farm["config.toml"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Encoding.UTF8.GetBytes(output + errors.Result);
    }

    private void AskEverything()
    {
        foreach (
            string[] words in (string[][])
                [
                    ["status"],
                    ["recipes"],
                    ["history"],
                    ["why", "locked"],
                    ["why", "broken"],
                    ["why", "noisy"],
                    ["log", "noisy", "--raw"],
                    ["log", "noisy"],
                    ["check-config"],
                ]
        )
        {
            AssertSilent(string.Join(' ', words), Run(words));
            AssertSilent(string.Join(' ', words) + " --json", Run([.. words, "--json"]));
        }
    }

    private static void Sample(List<string> seen, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            foreach (string process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[6])))
            {
                try
                {
                    string line = File.ReadAllText(process + "/cmdline");
                    if (line.Contains("S3cret", StringComparison.Ordinal) && !seen.Contains(line))
                    {
                        seen.Add(line);
                    }
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // It ended.
                }
            }
        }
    }

    [Fact]
    public async Task No_secret_is_shown_logged_kept_or_passed_where_others_can_read_it()
    {
        Plant();
        List<string> arguments = [];
        using CancellationTokenSource end = new();
        Task sampling = Task.Run(() => Sample(arguments, end.Token));
        using (
            ManagerProcess manager = new(_farm, ["--config", _farm["config.toml"], "--log-level", "debug"], Environment)
        )
        {
            foreach (
                string what in (string[])
                    [
                        "msg=\"poll failed\" recipe=locked",
                        "msg=\"poll failed\" recipe=tokened",
                        "msg=\"build failed\" recipe=noisy",
                        "msg=\"recipe cannot be used\" recipe=broken",
                        "msg=\"sync failed\" backend=git",
                        "msg=\"sync failed\" backend=rclone",
                        "msg=\"sync failed\" backend=rsync",
                    ]
            )
            {
                manager.WaitFor(what);
            }

            using (
                HttpRequestMessage forged = new(HttpMethod.Post, new Uri(manager.Address, "/webhooks/gitlab"))
                {
                    Content = new ByteArrayContent([]),
                }
            )
            {
                forged.Headers.Add("X-Gitlab-Token", "wrong");
                using HttpResponseMessage answer = await _client.SendAsync(forged);
                Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
            }

            manager.WaitFor("msg=\"notification failed\" to=127.0.0.1");
            manager.WaitFor("msg=\"notification failed\" to=tell.sh");
            AskEverything();
            foreach (
                string page in (string[])
                    [
                        "/",
                        "/status",
                        "/metrics",
                        "/readyz",
                        "/recipes/locked",
                        "/recipes/broken",
                        "/recipes/noisy",
                        "/builds/1",
                        "/logs/1",
                        "/logs/1?from=0",
                        "/badges/noisy.svg",
                    ]
            )
            {
                using HttpResponseMessage answer = await _client.GetAsync(new Uri(manager.Address, page));
                byte[] body = await answer.Content.ReadAsByteArrayAsync();
                Assert.NotEmpty(body);
                AssertSilent(page, body);
            }

            manager.Signal("TERM");
            Assert.Equal(0, manager.WaitForExit());
            AssertSilent("the log", Encoding.UTF8.GetBytes(manager.Log));
        }

        AskEverything();
        await end.CancelAsync();
        await sampling;
        foreach (string file in Directory.EnumerateFiles(_farm["state"], "*", SearchOption.AllDirectories))
        {
            AssertSilent(file, await File.ReadAllBytesAsync(file));
        }

        Assert.Contains("[redacted]", await File.ReadAllTextAsync(_farm["state/logs/1.log"]), StringComparison.Ordinal);
        Assert.Contains(
            "[redacted]",
            await File.ReadAllTextAsync(_farm["state/logs/sync-rclone.log"]),
            StringComparison.Ordinal
        );
        arguments.ForEach(line =>
            AssertSilent("the arguments of a process", Encoding.UTF8.GetBytes(line), "launcher", "argument")
        );
        Assert.NotEmpty(arguments);
    }

    [Fact]
    public void A_build_has_no_credential_in_its_environment()
    {
        _farm.Configure();
        string seen = _farm["seen"];
        _farm.AddRecipe("nosy", "nosy", script: $"env > {seen}; tr '\\0' '\\n' < /proc/$PPID/environ >> {seen}");
        _farm.Release("1.0");
        using ManagerProcess manager = new(
            _farm,
            ["--config", _farm["config.toml"], "--once", "--strict"],
            Environment
        );
        Assert.True(manager.WaitForExit() == 0, manager.Log);
        byte[] environment = File.ReadAllBytes(seen);
        Assert.Contains("PEIPKG", Encoding.UTF8.GetString(environment), StringComparison.Ordinal);
        AssertSilent("the environment of a build", environment);
    }

    [Fact]
    public void Others_of_its_own_user_cannot_look_into_the_manager()
    {
        string[] somebody =
            System.Environment.UserName == "root"
                ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
                : [];
        if (somebody.Length > 0)
        {
            TestFarm.RunTool("/bin/chown", "-R", "65534:65534", _farm.Path);
        }

        using ManagerProcess manager = new(_farm, ["--config", _farm["config.toml"]], Environment, somebody);
        manager.WaitFor("repository created");
        Assert.Contains(
            "msg=\"build scripts run as this user and could read the signing key",
            manager.Log,
            StringComparison.Ordinal
        );
        string[] look = [.. somebody, "/bin/cat", $"/proc/{manager.Id}/environ", $"/proc/{manager.Id}/maps"];
        using Process process = Process.Start(
            new ProcessStartInfo(look[0], look[1..]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        string seen = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((1, ""), (process.ExitCode, seen));
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
    }

    [Fact]
    public void A_password_in_an_address_that_would_be_an_argument_is_refused()
    {
        _farm.Configure("backend = \"rsync\"\nremote = \"rsync://user:hidden-S3cret@example.org/pkgs\"");
        string said = Encoding.UTF8.GetString(Run("check-config"));
        Assert.Contains("RSYNC_PASSWORD", said, StringComparison.Ordinal);
        Assert.DoesNotContain("S3cret", said, StringComparison.Ordinal);
    }
}
