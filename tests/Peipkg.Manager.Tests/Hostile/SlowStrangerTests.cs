using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Peipkg.Manager.Tests.EndToEnd;
using Xunit.Abstractions;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Strangers that begin deliveries and never end them, from many addresses, while a forge delivers.</summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public sealed class SlowStrangerTests : IDisposable
{
    private const string Secret = "shared secret";

    private static readonly int Strangers = HostileFarm.All ? 5000 : 1200;
    private static readonly int Addresses = HostileFarm.All ? 200 : 40;
    private static readonly int Deliveries = HostileFarm.All ? 1000 : 40;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    private readonly ITestOutputHelper _output;
    private readonly TestFarm _farm = new();
    private readonly CancellationTokenSource _stop = new();

    public SlowStrangerTests(ITestOutputHelper output)
    {
        _output = output;
        File.WriteAllText(_farm["secret"], Secret + "\n");
        _farm.Configure(http: $"addr = \"127.0.0.1:0\"\nwebhook_secret_file = \"{_farm["secret"]}\"");
        _farm.AddRecipe(
            "hello",
            "greeting",
            git: "file://" + _farm.Upstream.Path,
            watch: "[watch]\ngithub_webhook = true"
        );
    }

    public void Dispose()
    {
        _stop.Dispose();
        _farm.Dispose();
    }

    [Fact]
    public async Task Slow_strangers_from_everywhere_hold_up_neither_deliveries_nor_health()
    {
        using ManagerProcess manager = _farm.Start();
        Uri address = manager.Address;
        int begun = 0;
        Task[] strangers =
        [
            .. Enumerable
                .Range(0, Strangers)
                .Select(number => DawdleAsync(address, number, () => Interlocked.Increment(ref begun))),
        ];
        manager.WaitUntil(() => Volatile.Read(ref begun) >= Strangers, "every stranger has come");

        Task<List<TimeSpan>> health = WatchHealthAsync(address);
        using SemaphoreSlim atOnce = new(8);
        HttpStatusCode[] answers = await Task.WhenAll(
            Enumerable.Range(0, Deliveries).Select(number => DeliverAsync(address, number, atOnce))
        );
        await _stop.CancelAsync();
        await Task.WhenAll(strangers);
        List<TimeSpan> times = await health;
        times.Sort();
        TimeSpan late = times[times.Count * 99 / 100];
        _output.WriteLine(
            $"{Strangers} strangers came {begun} times, {answers.Length} deliveries, {times.Count} looks at /healthz: "
                + $"median {times[times.Count / 2].TotalMilliseconds:0.0} ms, 99th percentile {late.TotalMilliseconds:0.0} ms"
        );
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));

        // How soon is for a machine that does nothing else.
        Assert.True(late < Soon || !HostileFarm.All, $"{late.TotalMilliseconds} ms");
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
    }

    private static byte[] Request(string body, int said) =>
        Encoding.ASCII.GetBytes(
            "POST /webhooks/github HTTP/1.1\r\nHost: farm\r\nContent-Type: application/json\r\nX-GitHub-Event: push\r\n"
                + $"X-Hub-Signature-256: sha256={Signature(body)}\r\nContent-Length: {said}\r\n\r\n{body}"
        );

    private static string Signature(string body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(body)));

    private static async Task<Socket> ConnectAsync(Uri address, int network, int host, CancellationToken stop)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, (byte)network, (byte)host]), 0));
            await socket.ConnectAsync(IPAddress.Loopback, address.Port, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Comes again some time after it was shown out, as those do who mean it.
    private async Task DawdleAsync(Uri address, int number, Action came)
    {
        byte[] buffer = new byte[1];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using Socket socket = await ConnectAsync(address, 1, 1 + (number % Addresses), _stop.Token);
                await socket.SendAsync(Request("{\"ref\":", 4096), _stop.Token);
                came();
                _ = await socket.ReceiveAsync(buffer, _stop.Token);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // Shown out, or the test is over.
            }

            await Task.Delay(Pause, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task<HttpStatusCode> DeliverAsync(Uri address, int number, SemaphoreSlim atOnce)
    {
        await atOnce.WaitAsync();
        try
        {
            using HttpClient client = From(2, 1 + (number % 8));
            string body = $$"""
                {"ref":"refs/tags/v{{number}}","repository":{"clone_url":"file://{{_farm.Upstream.Path}}"} }
                """;
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, "/webhooks/github"))
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("X-GitHub-Event", "push");
            request.Headers.Add("X-Hub-Signature-256", "sha256=" + Signature(body));
            using HttpResponseMessage response = await client.SendAsync(request);
            return response.StatusCode;
        }
        finally
        {
            atOnce.Release();
        }
    }

    private async Task<List<TimeSpan>> WatchHealthAsync(Uri address)
    {
        List<TimeSpan> times = [];
        do
        {
            using HttpClient client = From(3, 1);
            long began = Stopwatch.GetTimestamp();
            Assert.Equal("ok", await client.GetStringAsync(new Uri(address, "/healthz")));
            times.Add(Stopwatch.GetElapsedTime(began));
        } while (!_stop.IsCancellationRequested);

        return times;
    }

    private static HttpClient From(int network, int host) =>
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = async (context, stop) =>
                    new NetworkStream(
                        await ConnectAsync(
                            new Uri($"http://{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}"),
                            network,
                            host,
                            stop
                        ),
                        ownsSocket: true
                    ),
            }
        );
}
