using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>What the daemon shows over HTTP, and whom it tells.</summary>
[Trait("Speed", "slow")]
public sealed partial class DashboardTests : IDisposable
{
    private readonly TestFarm _farm = new();
    private readonly HttpClient _client = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public DashboardTests() => _farm.Configure(http: "addr = \"127.0.0.1:0\"\nserve_repo = true");

    public void Dispose()
    {
        _listener.Dispose();
        _client.Dispose();
        _farm.Dispose();
    }

    private async Task<(HttpResponseMessage Response, string Body)> Get(ManagerProcess manager, string path)
    {
        HttpResponseMessage response = await _client.GetAsync(new Uri(manager.Address, path));
        return (response, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_farm_is_shown_with_its_builds_logs_badges_and_packages()
    {
        _farm.AddRecipe(
            "bad",
            "broken",
            script: "echo '<script>alert(1)</script> https://ann:sesame@example.org/'; exit 1"
        );
        _farm.AddRecipe("good", "greeting");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"build failed\" recipe=bad");
        manager.WaitFor("build \\+ publish complete\" recipe=good");

        (HttpResponseMessage page, string html) = await Get(manager, "/");
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains(
            "default-src 'none'",
            page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );
        Assert.Contains("<a href=\"/recipes/bad\">bad</a>", html, StringComparison.Ordinal);
        Assert.Contains("published", (await Get(manager, "/recipes/good")).Body, StringComparison.Ordinal);
        (HttpResponseMessage missing, string said) = await Get(manager, "/recipes/%3Cscript%3E");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.DoesNotContain(
            "<script>",
            said.Replace("<script src=\"/dashboard.js\" defer></script>", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );

        string number = Regex.Match((await Get(manager, "/recipes/bad")).Body, "/builds/([0-9]+)").Groups[1].Value;
        string build = (await Get(manager, "/builds/" + number)).Body;
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", build, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", build, StringComparison.Ordinal);
        (HttpResponseMessage log, string text) = await Get(manager, "/logs/" + number);
        Assert.Equal("text/plain", log.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", log.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("<script>alert(1)</script> https://[redacted]@example.org/", text, StringComparison.Ordinal);
        (HttpResponseMessage part, string rest) = await Get(
            manager,
            $"/logs/{number}?from={Encoding.UTF8.GetByteCount(text)}"
        );
        Assert.Equal("1", part.Headers.GetValues("X-Log-Ended").Single());
        Assert.Equal(HttpStatusCode.NotFound, (await Get(manager, "/logs/9999")).Response.StatusCode);

        Assert.Contains("greeting: 1.0-1", (await Get(manager, "/badges/greeting.svg")).Body, StringComparison.Ordinal);
        Assert.Contains("broken: failing", (await Get(manager, "/badges/broken.svg")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Get(manager, "/badges/none.svg")).Response.StatusCode);
        (HttpResponseMessage ready, string why) = await Get(manager, "/readyz");
        Assert.True(ready.StatusCode == HttpStatusCode.OK, why);
        using HttpRequestMessage head = new(HttpMethod.Head, new Uri(manager.Address, "/healthz"));
        using HttpResponseMessage alive = await _client.SendAsync(head);
        Assert.Equal((HttpStatusCode.OK, 0), (alive.StatusCode, (await alive.Content.ReadAsByteArrayAsync()).Length));

        Assert.Contains("nothing at this address", (await Get(manager, "/nothing")).Body, StringComparison.Ordinal);
        using HttpResponseMessage refused = await _client.PostAsync(new Uri(manager.Address, "/status"), null);
        Assert.Equal(
            (HttpStatusCode.MethodNotAllowed, "only GET, HEAD is answered here"),
            (refused.StatusCode, await refused.Content.ReadAsStringAsync())
        );

        (HttpResponseMessage metrics, string numbers) = await Get(manager, "/metrics");
        Assert.Equal(
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            metrics.Content.Headers.ContentType?.ToString()
        );
        Dictionary<string, double> samples = OpenMetrics(numbers);
        Assert.Equal(1, samples["peipkg_builds_total{result=\"failed\",cause=\"recipe\"}"]);
        Assert.Equal(1, samples["peipkg_versions{state=\"done\"}"]);
        Assert.Equal(2, samples["peipkg_build_duration_seconds_count"]);
        Assert.Equal(2, samples["peipkg_recipes"]);
        Assert.Equal(0, samples["peipkg_builds_queued"]);
        Assert.True(samples["peipkg_repository_size_bytes"] > 0);
        Assert.Equal(1, samples["peipkg_troubles{severity=\"warning\",acknowledged=\"false\"}"]);
        Assert.Equal(0, samples["peipkg_troubles{severity=\"error\",acknowledged=\"true\"}"]);
        using HttpRequestMessage plain = new(HttpMethod.Get, new Uri(manager.Address, "/metrics"));
        plain.Headers.Add("Accept", "text/plain;version=0.0.4, */*;q=0.1");
        using HttpResponseMessage older = await _client.SendAsync(plain);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", older.Content.Headers.ContentType?.ToString());
        string lines = await older.Content.ReadAsStringAsync();
        Assert.Contains("# TYPE peipkg_builds_total counter\n", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("# UNIT", lines, StringComparison.Ordinal);
        await Repository(manager);
    }

    private async Task Repository(ManagerProcess manager)
    {
        (HttpResponseMessage index, _) = await Get(manager, "/repo/index/archive.json");
        Assert.Equal("public, max-age=60", index.Headers.CacheControl?.ToString());
        string file = Directory.EnumerateFiles(_farm["state/repo"], "*.peipkg", SearchOption.AllDirectories).First();
        string path = "/repo/" + Path.GetRelativePath(_farm["state/repo"], file);
        using HttpRequestMessage range = new(HttpMethod.Get, new Uri(manager.Address, path));
        range.Headers.Range = new RangeHeaderValue(2, 5);
        using HttpResponseMessage piece = await _client.SendAsync(range);
        Assert.Equal(HttpStatusCode.PartialContent, piece.StatusCode);
        Assert.Equal((await File.ReadAllBytesAsync(file))[2..6], await piece.Content.ReadAsByteArrayAsync());
        Assert.Contains("immutable", piece.Headers.CacheControl!.ToString(), StringComparison.Ordinal);

        File.CreateSymbolicLink(_farm["state/repo/out"], _farm["config.toml"]);
        File.CreateSymbolicLink(_farm["state/repo/up"], _farm.Path);
        File.CreateSymbolicLink(_farm["state/repo/database"], "../manager.db");
        using (Process pipe = Process.Start("mkfifo", [_farm["state/repo/pipe"]]))
        {
            await pipe.WaitForExitAsync();
        }

        foreach (
            string bad in (string[])
                [
                    "out",
                    "up/config.toml",
                    "database",
                    "pipe",
                    ".peipkg-repo.lock",
                    "../manager.db",
                    "..%2fmanager.db",
                    "%2e%2e/manager.db",
                    "index//archive.json",
                    "index",
                    ".hidden",
                    "a%00b",
                ]
        )
        {
            Assert.Matches(
                "^HTTP/1.1 40[04] ",
                await Raw(manager.Address, $"GET /repo/{bad} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            );
        }
    }

    [Fact]
    public async Task What_a_publication_cut_short_leaves_is_served_all_the_same()
    {
        _farm.AddRecipe("good", "greeting");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("build \\+ publish complete\" recipe=good");
        string descriptor = await File.ReadAllTextAsync(_farm["state/repo/repo.json"]);

        // As docs/repository-layout.md describes it.
        Directory.CreateDirectory(_farm["state/repo/.peipkg-repo.9"]);
        File.Move(_farm["state/repo/repo.json"], _farm["state/repo/.peipkg-repo.9/repo.json"]);
        File.CreateSymbolicLink(_farm["state/repo/.peipkg-repo.current"], ".peipkg-repo.9");
        File.CreateSymbolicLink(_farm["state/repo/repo.json"], ".peipkg-repo.current/repo.json");
        Assert.Equal(descriptor, (await Get(manager, "/repo/repo.json")).Body);

        (HttpResponseMessage page, string html) = await Get(manager, "/repo");
        Assert.Equal((HttpStatusCode.OK, "/repo/"), (page.StatusCode, page.RequestMessage?.RequestUri?.AbsolutePath));
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.OrdinalIgnoreCase);
        using HttpRequestMessage head = new(HttpMethod.Head, new Uri(manager.Address, "/repo/repo.json"));
        using HttpResponseMessage known = await _client.SendAsync(head);
        Assert.Equal(Encoding.UTF8.GetByteCount(descriptor), known.Content.Headers.ContentLength);
        using HttpRequestMessage again = new(HttpMethod.Get, new Uri(manager.Address, "/repo/repo.json"));
        again.Headers.IfNoneMatch.Add(known.Headers.ETag!);
        using HttpResponseMessage unchanged = await _client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task A_page_that_takes_the_farms_address_for_its_own_name_learns_nothing()
    {
        _farm.Configure(http: "addr = \"127.0.0.1:0\"\nhosts = [\"farm.example.org\"]");
        using ManagerProcess manager = _farm.Start();
        foreach (
            (string path, string host, int code) in ((string, string, int)[])
                [
                    ("/status", "evil.example", 421),
                    ("/", "farm.example.org.evil.example:80", 421),
                    ("/repo/", "evil.example", 421),
                    ("/status", "farm.example.org", 200),
                    ("/", "Farm.example.org:8080", 200),
                    ("/status", "127.0.0.1:1", 200),
                    ("/status", "[::1]:1", 200),
                    ("/status", "localhost", 200),
                    ("/healthz", "evil.example", 200),
                    ("/webhooks/none", "evil.example", 404),
                ]
        )
        {
            Assert.StartsWith(
                $"HTTP/1.1 {code} ",
                await Raw(manager.Address, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task Commands_and_urls_are_told_of_failures_without_secrets()
    {
        _listener.Start();
        Task<string> received = Receive();
        File.WriteAllText(
            _farm["tell.sh"],
            $"#!/bin/sh\nprintf '%s %s %s\\n' \"$PEIPKG_EVENT\" \"$PEIPKG_RECIPE\" \"$PEIPKG_VERSION\" >> {_farm["told"]}\n"
        );
        File.SetUnixFileMode(_farm["tell.sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.AppendAllText(
            _farm["config.toml"],
            $"""
            [[notify]]
            command = ["{_farm["tell.sh"]}"]
            events = ["failed", "published"]
            [[notify]]
            url = "http://{_listener.LocalEndpoint}/hook/very-secret-token"
            events = ["failed"]

            """
        );
        _farm.AddRecipe("bad", "broken", script: "echo boom; exit 1");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        string request = await received.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.StartsWith("POST /hook/very-secret-token", request, StringComparison.Ordinal);
        Assert.Contains(
            "\"event\":\"failed\",\"recipe\":\"bad\",\"version\":\"1.0-1\"",
            request,
            StringComparison.Ordinal
        );
        manager.WaitFor("msg=\"notification sent\" to=tell.sh");
        Assert.Equal("failed bad 1.0-1\n", await File.ReadAllTextAsync(_farm["told"]));
        Assert.DoesNotContain("very-secret-token", manager.Log, StringComparison.Ordinal);
    }

    private async Task<string> Receive()
    {
        using TcpClient client = await _listener.AcceptTcpClientAsync();
        await using NetworkStream stream = client.GetStream();
        StringBuilder request = new();
        byte[] buffer = new byte[8192];
        while (!Regex.IsMatch(request.ToString(), "\r\n\r\n.*\\}$", RegexOptions.Singleline))
        {
            int count = await stream.ReadAsync(buffer);
            if (count == 0)
            {
                break;
            }

            request.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        await stream.WriteAsync("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        return request.ToString();
    }

    private static async Task<string> Raw(Uri address, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using StreamReader reader = new(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    // A strict reader of the OpenMetrics text format, as far as it is used here: families in one piece, samples named after
    // their family's type, no label or sample twice, cumulative buckets, and the end marked.
    private static Dictionary<string, double> OpenMetrics(string text)
    {
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        Dictionary<string, double> samples = new(StringComparer.Ordinal);
        HashSet<string> families = new(StringComparer.Ordinal);
        (string Name, string Type) family = ("", "");
        double bucket = 0;
        foreach (string line in text.Split('\n').SkipLast(2))
        {
            if (Regex.Match(line, "^# TYPE ([a-z_]+) (gauge|counter|histogram)$") is { Success: true } type)
            {
                family = (type.Groups[1].Value, type.Groups[2].Value);
                Assert.True(families.Add(family.Name), line);
                bucket = 0;
                continue;
            }

            if (Regex.Match(line, "^# UNIT ([a-z_]+) ([a-z]+)$") is { Success: true } unit)
            {
                Assert.Equal(family.Name, unit.Groups[1].Value);
                Assert.EndsWith("_" + unit.Groups[2].Value, family.Name, StringComparison.Ordinal);
                continue;
            }

            if (line.StartsWith($"# HELP {family.Name} ", StringComparison.Ordinal))
            {
                continue;
            }

            Match sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            string suffix = sample.Groups[1].Value[family.Name.Length..];
            Assert.StartsWith(family.Name, sample.Groups[1].Value, StringComparison.Ordinal);
            Assert.Contains(
                suffix,
                family.Type switch
                {
                    "gauge" => [""],
                    "counter" => ["_total"],
                    _ => (string[])["_bucket", "_count", "_sum"],
                }
            );
            double value = double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture);
            if (suffix == "_bucket")
            {
                Assert.True(value >= bucket, line);
                bucket = value;
            }

            Assert.True(samples.TryAdd(sample.Groups[1].Value + sample.Groups[2].Value, value), line);
        }

        return samples;
    }

    [GeneratedRegex(
        "^([a-z_]+)(\\{[a-z_]+=\"(?:[^\"\\\\\n]|\\\\[\\\\n\"])*\"(?:,[a-z_]+=\"(?:[^\"\\\\\n]|\\\\[\\\\n\"])*\")*\\})? ([0-9]+\\.[0-9]+|\\+Inf)$"
    )]
    private static partial Regex Sample();
}
