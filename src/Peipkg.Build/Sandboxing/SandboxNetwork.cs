using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Sandboxing;

/// <summary>
/// A network for a sandbox that reaches what lies beyond this machine, and nothing on it: pasta or slirp4netns carries
/// packets between the sandbox's own network namespace and sockets of the caller. The script begins when it is there.
/// </summary>
internal sealed class SandboxNetwork : IDisposable
{
    // What bubblewrap knows our pipes as: 3 is the filter.
    private const string InformationDescriptor = "4";
    private const string BlockDescriptor = "5";

    // Where the program answers name queries: pasta where it is told to, slirp4netns at its own place.
    private const string PastaNameServer = "169.254.1.1";
    private const string SlirpNameServer = "10.0.2.3";

    // What bubblewrap tells takes some 150.
    private const int InformationBytes = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Pipe _information = Pipe.Create();
    private readonly Pipe _block = Pipe.Create();
    private readonly BoundedOutputStream _said = new(4096);
    private readonly CancellationTokenSource _ending = new();
    private readonly string _program;
    private readonly bool _isPasta;
    private Task<ChildExit>? _running;

    private SandboxNetwork(string program, bool isPasta) => (_program, _isPasta) = (program, isPasta);

    /// <summary>The name server to tell the script.</summary>
    internal string NameServer => _isPasta ? PastaNameServer : SlirpNameServer;

    /// <summary>bubblewrap's arguments: it tells which process it made, and waits for a word before the script begins.</summary>
    internal static IReadOnlyList<string> Arguments { get; } =
    ["--info-fd", InformationDescriptor, "--block-fd", BlockDescriptor];

    /// <summary>What bubblewrap is to find open after the filter.</summary>
    internal IReadOnlyList<SafeFileHandle> Descriptors => [_information.WriteEnd, _block.ReadEnd];

    /// <summary>Finds the program that carries packets; null where the script has no sandbox, or no network of its own in it.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    internal static SandboxNetwork? For(SandboxSettings? sandbox, ToolContext context) =>
        sandbox?.Network != NetworkAccess.Own ? null
        : ProgramPath.Find("pasta", context) is { } pasta ? new SandboxNetwork(pasta, isPasta: true)
        : ProgramPath.Find("slirp4netns", context) is { } slirp ? new SandboxNetwork(slirp, isPasta: false)
        : throw new UserErrorException(
            "--allow-network needs pasta or slirp4netns, and neither is installed; install the package \"passt\", "
                + "or give the script this machine's own network with --share-network"
        );

    /// <summary>
    /// Connects the sandbox and lets the script begin. Where bubblewrap could not make the sandbox or the sandbox has ended,
    /// nothing is to be connected: bubblewrap has said why.
    /// </summary>
    /// <param name="bubblewrap">bubblewrap's process.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="UserErrorException">It cannot be connected; the message has the program's own words.</exception>
    internal void Connect(int bubblewrap, CancellationToken cancellation)
    {
        if (
            ReadSandboxProcess(bubblewrap, cancellation) is not { } pid
            || TryEnter(pid, cancellation) is not { } entered
        )
        {
            return;
        }

        using NetworkNamespace @namespace = entered;
        _running = ChildProcess.RunAsync(
            new ChildProcessOptions
            {
                FileName = _program,
                Arguments = _isPasta ? PastaArguments() : SlirpArguments(),
                Environment = [],
                WorkingDirectory = "/",
                Descriptors = [@namespace.Network, @namespace.Owner],
                StandardOutput = _said,
                StandardError = _said,
                KillAdopted = false,
                WhenWeDie = new DeathPlan(null, []),
            },
            _ending.Token
        );
        Stopwatch watch = Stopwatch.StartNew();
        while (!HasRoute(pid))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!ProcessTable.IsRunning(pid))
            {
                return;
            }

            if (_running.IsCompleted || watch.Elapsed > Patience)
            {
                throw Failure();
            }

            Thread.Sleep(5);
        }

        using FileStream word = new(_block.WriteEnd, FileAccess.Write, bufferSize: 0);
        word.WriteByte((byte)'\n');
    }

    /// <summary>Ends the program.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        try
        {
            _running?.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // That is how it ends.
        }

        _information.Dispose();
        _block.Dispose();
        _ending.Dispose();
    }

    private UserErrorException Failure()
    {
        string said = string.Join(
            "; ",
            _said.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(3)
        );
        string what = _running is { IsFaulted: true, Exception.InnerException: { } exception }
            ? exception.Message
            : $"{_program} cannot connect the sandbox to the network: {(said.Length == 0 ? "it says nothing" : said)}";
        return new UserErrorException(
            $"--allow-network: {what}\n{_program} needs /dev/net/tun, which its user must be allowed to open. "
                + (_isPasta ? "" : "The package \"passt\" has a program that is tried first. ")
                + "--share-network gives the script this machine's own network instead."
        );
    }

    // No service of this machine: neither its loopback interface nor ports that are open on it, in either direction.
    private static string[] PastaArguments() =>
        [
            "--foreground",
            "--quiet",
            "--config-net",
            "--no-map-gw",
            "--tcp-ports",
            "none",
            "--udp-ports",
            "none",
            "--tcp-ns",
            "none",
            "--udp-ns",
            "none",
            "--dns-forward",
            PastaNameServer,
            // Otherwise it becomes "nobody", who may not enter what root has made.
            .. OwnProcess.EffectiveUser == 0 ? (string[])["--runas", "0"] : [],
            "--netns",
            "/proc/self/fd/3",
            "--userns",
            "/proc/self/fd/4",
        ];

    private static string[] SlirpArguments() =>
        [
            "--configure",
            "--mtu=65520",
            "--disable-host-loopback",
            "--enable-sandbox",
            "--enable-seccomp",
            "--netns-type=path",
            "--userns-path=/proc/self/fd/4",
            "/proc/self/fd/3",
            "tap0",
        ];

    // { "child-pid": 4711, … }, read to its end: bubblewrap must not find the pipe closed.
    private int? ReadSandboxProcess(int bubblewrap, CancellationToken cancellation)
    {
        _information.WriteEnd.Dispose();
        BoundedOutputStream information = new(InformationBytes);
        using (FileStream stream = new(_information.ReadEnd, FileAccess.Read, bufferSize: 0))
        using (cancellation.Register(() => ProcessSignal.Send(-bubblewrap, Signal.Kill)))
        {
            stream.CopyTo(information);
        }

        cancellation.ThrowIfCancellationRequested();
        if (information.TotalBytes == 0)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(information.ToArray());
            return document.RootElement.GetProperty("child-pid").GetInt32();
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException(
                $"--allow-network: bubblewrap does not tell which process it made: {information.Text().Trim()}"
            );
        }
    }

    // A process that is ending loses its namespaces before it counts as ended.
    private static NetworkNamespace? TryEnter(int pid, CancellationToken cancellation)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return NetworkNamespace.Of(pid);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (!ProcessTable.IsRunning(pid))
                {
                    return null;
                }

                cancellation.ThrowIfCancellationRequested();
                if (watch.Elapsed > Patience)
                {
                    throw new UserErrorException(
                        $"--allow-network: the sandbox's network cannot be entered: {exception.Message}"
                    );
                }

                Thread.Sleep(5);
            }
        }
    }

    // A route that leads anywhere: "Iface Destination Gateway …" in IPv4, destination and its length first in IPv6.
    private static bool HasRoute(int pid)
    {
        try
        {
            string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net");
            return File.ReadLines($"{directory}/route").Any(line => line.Split('\t') is [_, "00000000", ..])
                || File.Exists($"{directory}/ipv6_route")
                    && File.ReadLines($"{directory}/ipv6_route")
                        .Any(line =>
                            line.StartsWith(new string('0', 32) + " 00 ", StringComparison.Ordinal)
                            && !line.EndsWith(" lo", StringComparison.Ordinal)
                        );
        }
        catch (IOException)
        {
            return false;
        }
    }
}
