using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Benchmarks;

/// <summary>A farm under load, with the real programs: polls over smart HTTP, webhooks, memory.</summary>
internal sealed partial class FarmLoad(string root, string bin)
{
    private const int Recipes = 1000;
    private const int Deliveries = 10_000;
    private const int Samples = 100;
    private const string Secret = "a secret for the benchmark";

    private readonly ConcurrentQueue<string> _log = new();
    private int _released;

    internal async Task<int> RunAsync()
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        Directory.CreateDirectory(Path.Combine(root, "recipes"));
        Directory.CreateDirectory(Path.Combine(root, "upstreams"));
        Run(Path.Combine(bin, "peipkg-repo"), "keygen", "--out", Path.Combine(root, "key.pem"));
        File.WriteAllText(Path.Combine(root, "secret"), Secret);
        string upstream = Upstream("hello");
        string quiet = Upstream("quiet");
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(Path.Combine(root, "upstreams"));
        for (int i = 0; i < Recipes; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"r{i:d4}");
            File.CreateSymbolicLink(Path.Combine(root, "upstreams", name), quiet);
            Recipe(name, server.Url($"{name}/.git"), "");
        }

        await PollAsync();
        Directory.Delete(Path.Combine(root, "state"), recursive: true);
        await ServeAsync(upstream);
        return 0;
    }

    // 1,000 recipes, each of an upstream of its own as far as the manager knows.
    private async Task PollAsync()
    {
        Configure("");
        Stopwatch watch = Stopwatch.StartNew();
        using Process manager = Start("--once");
        int children = 0;
        while (!manager.HasExited)
        {
            children = Math.Max(children, Children(manager.Id));
            await Task.Delay(20);
        }

        Say(
            $"{Recipes} recipes polled over local smart HTTP, exit {manager.ExitCode}",
            $"{watch.Elapsed.TotalSeconds:f1} s, at most {children} children"
        );
    }

    private async Task ServeAsync(string upstream)
    {
        Recipe("hello", "file://" + upstream, "[watch]\ngithub_webhook = true\n");
        _log.Clear();
        Configure($"addr = \"127.0.0.1:0\"\nwebhook_secret_file = \"{root}/secret\"");
        using Process manager = Start();
        Uri address = new((await WaitAsync(ListeningLine(), 0)).Groups[1].Value);
        while (_log.Count(line => line.Contains("msg=\"poll complete\"", StringComparison.Ordinal)) < Recipes + 1)
        {
            await Task.Delay(100);
        }

        Say($"peak memory of the manager after {Recipes + 1} polls", Memory(manager.Id, "VmHWM"));
        await Task.Delay(TimeSpan.FromSeconds(10));
        Say("memory of the idle manager", Memory(manager.Id, "VmRSS"));

        using HttpClient client = new();
        List<double> times = [];
        for (int i = 0; i < Samples; i++)
        {
            string tag = Release(upstream);
            int seen = _log.Count;
            Stopwatch watch = Stopwatch.StartNew();
            await DeliverAsync(client, address, upstream, valid: true);
            await WaitAsync(new Regex($"msg=\"starting build\" .*tag={Regex.Escape(tag)} "), seen);
            times.Add(watch.Elapsed.TotalMilliseconds);
            await WaitAsync(new Regex($"build \\+ publish complete\" recipe=hello version={_released}-1 "), seen);
        }

        times.Sort();
        Say(
            $"webhook to start of build, {Samples} times",
            $"median {times[Samples / 2]:f0} ms, 99th percentile {times[(Samples * 99 / 100) - 1]:f0} ms"
        );

        Stopwatch flood = Stopwatch.StartNew();
        Lock releasing = new();
        int[] statuses = new int[600];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Deliveries),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (i, _) =>
            {
                if (i % 500 == 0)
                {
                    lock (releasing)
                    {
                        Release(upstream);
                    }
                }

                Interlocked.Increment(
                    ref statuses[(int)await DeliverAsync(client, address, upstream, valid: i % 2 == 0)]
                );
            }
        );
        Say(
            $"{Deliveries} deliveries, half of them forged",
            $"{flood.Elapsed.TotalSeconds:f1} s, {statuses[200]} × 200, {statuses[401]} × 401"
        );
        await DeliverAsync(client, address, upstream, valid: true);
        Stopwatch patience = Stopwatch.StartNew();
        int built;
        while (
            (built = _log.Count(line => line.Contains("msg=\"build + publish complete\"", StringComparison.Ordinal)))
                < _released
            && patience.Elapsed < TimeSpan.FromMinutes(3)
        )
        {
            await Task.Delay(100);
        }

        Say("tags released, and built, with all of that", $"{_released}, {built}");
        Say("peak memory of the manager after all of it", Memory(manager.Id, "VmHWM"));
        Run("/bin/kill", "-TERM", manager.Id.ToString(CultureInfo.InvariantCulture));
        await manager.WaitForExitAsync();
    }

    private string Upstream(string name)
    {
        string path = Directory.CreateDirectory(Path.Combine(root, "upstreams", name)).FullName;
        Git(path, "init", "--quiet");
        Git(path, "commit", "--quiet", "--allow-empty", "--message=first");
        Git(path, "tag", "other-1");
        return path;
    }

    private string Release(string upstream)
    {
        string tag = string.Create(CultureInfo.InvariantCulture, $"v{++_released}");
        Git(upstream, "tag", tag);
        return tag;
    }

    private static async Task<HttpStatusCode> DeliverAsync(HttpClient client, Uri address, string upstream, bool valid)
    {
        byte[] body = Encoding.UTF8.GetBytes(
            $$$"""{"ref":"refs/tags/v1","repository":{"clone_url":"file://{{{upstream}}}"}}"""
        );
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, "/webhooks/github"))
        {
            Content = new ByteArrayContent(body),
        };
        byte[] signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(valid ? Secret : "another"), body);
        request.Headers.Add("X-GitHub-Event", "push");
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(signature));
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private void Recipe(string name, string git, string watch)
    {
        string directory = Directory.CreateDirectory(Path.Combine(root, "recipes", name)).FullName;
        File.WriteAllText(
            Path.Combine(directory, "peipkg.toml"),
            $"""
            [meta]
            license = "MIT"
            build_script = "build.sh"
            [[package]]
            name = "{name}"
            architecture = "noarch"
            description = "A load."
            files = ["usr/share/**"]
            [upstream]
            git = "{git}"
            tag_pattern = "^v([0-9]+)$"
            peios_revision = 1
            {watch}
            """
        );
        File.WriteAllText(
            Path.Combine(directory, "build.sh"),
            $"mkdir -p \"$DESTDIR/usr/share/{name}\"; echo x > \"$DESTDIR/usr/share/{name}/x\"\n"
        );
    }

    private void Configure(string http) =>
        File.WriteAllText(
            Path.Combine(root, "config.toml"),
            $"""
            [manager]
            id = "bench"
            recipes_dir = "{root}/recipes"
            state_dir = "{root}/state"
            [repo]
            name = "bench"
            [signing]
            key_file = "{root}/key.pem"
            [http]
            {http}
            [poll]
            default_interval = "24h"

            """
        );

    private Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new(
            Path.Combine(bin, "peipkg-manager"),
            ["--config", Path.Combine(root, "config.toml"), .. arguments]
        )
        {
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{bin}:/usr/bin:/bin";
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<Match> WaitAsync(Regex pattern, int from)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromMinutes(2))
        {
            foreach (string line in _log.Skip(from))
            {
                if (pattern.Match(line) is { Success: true } match)
                {
                    return match;
                }
            }

            await Task.Delay(1);
        }

        throw new TimeoutException($"no {pattern} in the log; its end:\n{string.Join('\n', _log.TakeLast(20))}");
    }

    private static int Children(int pid)
    {
        try
        {
            return Directory
                .EnumerateDirectories($"/proc/{pid}/task")
                .Sum(thread =>
                    File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length
                );
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string Memory(int pid, string field) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{long.Parse(Regex.Match(File.ReadAllText($"/proc/{pid}/status"), field + @":\s+(\d+)").Groups[1].Value, CultureInfo.InvariantCulture) / 1024} MiB"
        );

    private static void Git(string directory, params string[] arguments) =>
        Run(
            "/usr/bin/git",
            ["-C", directory, "-c", "user.name=bench", "-c", "user.email=bench@example.org", .. arguments]
        );

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true }
        )!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.ExitCode}");
        }
    }

    private static void Say(string what, string figure) => Console.WriteLine($"{what, -58} {figure}");

    [GeneratedRegex("msg=\"webhook server listening\" addr=(\\S+)")]
    private static partial Regex ListeningLine();
}
