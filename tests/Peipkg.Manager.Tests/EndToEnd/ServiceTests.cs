using System.Net.Sockets;
using System.Text;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>What systemd hears of the daemon, on a real notification socket.</summary>
[Trait("Speed", "slow")]
public sealed class ServiceTests : IDisposable
{
    private readonly TestFarm _farm = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public ServiceTests()
    {
        _socket.Bind(new UnixDomainSocketEndPoint(_farm["notify"]));
        _socket.ReceiveTimeout = 120_000;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _farm.Dispose();
    }

    private ManagerProcess Start(long watchdog) =>
        new(
            _farm,
            ["--config", _farm["config.toml"]],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = _farm["notify"], ["WATCHDOG_USEC"] = $"{watchdog}" }
        );

    private string Receive()
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer));
    }

    // As systemd does: whoever does not take what is sent blocks the sender in the end.
    private void KeepReceiving()
    {
        try
        {
            while (true)
            {
                Receive();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private string ReceiveUntil(string word)
    {
        for (int i = 0; i < 1000; i++)
        {
            if (Receive() is { } said && said.Split('\n').Contains(word))
            {
                return said;
            }
        }

        throw new InvalidOperationException(word + " was never said");
    }

    [Fact]
    public void Systemd_hears_when_the_daemon_is_ready_alive_reloading_and_stopping()
    {
        _farm.AddRecipe(
            "slow",
            "greeting",
            script: $"while [ ! -e {_farm["go"]} ]; do sleep 0.1; done; env > {_farm["seen"]}"
        );
        _farm.Release("1.0");
        using ManagerProcess manager = Start(200_000);
        Assert.Contains(
            "STATUS=Watching the upstreams of 1 recipes.",
            ReceiveUntil("READY=1"),
            StringComparison.Ordinal
        );
        for (int i = 0; i < 3; i++)
        {
            ReceiveUntil("WATCHDOG=1");
        }

        manager.Signal("HUP");
        Assert.Matches("MONOTONIC_USEC=[1-9][0-9]*", ReceiveUntil("RELOADING=1"));
        ReceiveUntil("READY=1");
        manager.WaitFor("starting build");
        manager.Signal("TERM");
        ReceiveUntil("STOPPING=1");

        // Draining is work too.
        ReceiveUntil("WATCHDOG=1");
        _ = Task.Run(KeepReceiving);
        File.WriteAllText(_farm["go"], "");

        // As systemd does; a socket that nobody reads holds up those who write to it.
        using Timer listening = new(
            _ =>
            {
                while (_socket.Available > 0)
                {
                    Receive();
                }
            },
            null,
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(50)
        );
        Assert.Equal(0, manager.WaitForExit());
        Assert.Equal(TestFarm.Expected("greeting", "1.0"), _farm.Published());
        Assert.DoesNotContain("NOTIFY_SOCKET", File.ReadAllText(_farm["seen"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_signal_stops_now_and_nothing_is_left_running()
    {
        _farm.AddRecipe("slow", "greeting", script: "sleep 300");
        _farm.Release("1.0");
        using ManagerProcess manager = Start(60_000_000);
        ReceiveUntil("READY=1");
        manager.WaitFor("starting build");
        manager.Signal("TERM");
        ReceiveUntil("STOPPING=1");
        manager.Signal("TERM");
        Assert.Equal(143, manager.WaitForExit());
        Assert.Empty(_farm.Children());
    }
}
