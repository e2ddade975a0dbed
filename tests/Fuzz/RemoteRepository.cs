using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;
using Peipkg.Repo.Commands;
using Peipkg.Repo.World;

namespace Peipkg.Fuzz;

/// <summary>
/// A whole repository behind a web server, one of whose answers is damaged: head and body as a broken server sends them, or
/// a document signed anew, as a hostile owner of the key would. An input is a line that names the file, and the answer.
/// </summary>
internal sealed class RemoteRepository
{
    // Before the file's name: the body is signed when it is asked for.
    private const char Signed = '+';
    private const char Raw = '=';
    private const string Time = "2026-01-02T00:00:00Z";

    private static readonly Lazy<RemoteRepository> Only = new(() => new RemoteRepository());

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<byte[]> _seeds = [];
    private readonly string[] _selections;

    // Always the same, so that an input can be tried again.
    private readonly SigningKey _key = SigningKey.Load(new byte[32], "key");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, byte[]> _damaged = new(StringComparer.Ordinal);

    private RemoteRepository()
    {
        DirectoryInfo around = Directory.CreateTempSubdirectory("peipkg-fuzz-");
        try
        {
            Publish(around.FullName);
        }
        finally
        {
            TreeRemoval.Remove(around.FullName);
        }

        _selections =
        [
            .. _files.Keys.Order(StringComparer.Ordinal).Select(static name => Raw + name),
            .. _files.Keys.Where(HasSignature).Order(StringComparer.Ordinal).Select(static name => Signed + name),
        ];
        foreach (string selection in _selections)
        {
            byte[] body = _files[selection[1..]];
            string head =
                selection[0] == Raw
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"
                    )
                    : "";
            _seeds.Add([.. Encoding.UTF8.GetBytes($"{selection}\n{head}"), .. body]);
        }

        _listener.Start(backlog: 64);
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>Each file of the repository as it is answered.</summary>
    internal static IReadOnlyList<byte[]> Seeds => Only.Value._seeds;

    private string Url =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Verifies and mirrors the repository. A copy that counts as made must be whole, and nothing lies beside it.</summary>
    internal static void Read(byte[] input) => Only.Value.ReadWith(input);

    private void ReadWith(byte[] input)
    {
        _damaged.Clear();
        int end = input.AsSpan().IndexOf((byte)'\n');
        string selection = Encoding.UTF8.GetString(input, 0, Math.Max(end, 0));
        if (!_selections.Contains(selection))
        {
            selection = _selections[input.Length % _selections.Length];
        }

        byte[] answer = input[(end + 1)..];
        KeepToThisServer(answer);
        if (selection[0] == Signed)
        {
            string name = selection[1..];
            _damaged[name] = Whole(answer);
            _damaged[name + ".sig"] = Whole(
                new SignatureEnvelope(_key.PublicKey.Fingerprint, _key.Sign(answer)).Write()
            );
        }
        else
        {
            _damaged[selection[1..]] = Complete(answer);
        }

        string trust = _key.PublicKey.Fingerprint.ToString();
        int verified = Run("verify", "--url", Url, "--trust", trust).Code;
        DirectoryInfo around = Directory.CreateTempSubdirectory("peipkg-fuzz-");
        try
        {
            string copy = Path.Combine(around.FullName, "copy");
            (int mirrored, string said) = Run("mirror", "--url", Url, "--trust", trust, "--out", copy);
            if (around.EnumerateFileSystemInfos().Any(static it => it.Name != "copy"))
            {
                throw new InvalidOperationException("something lies outside of the mirror");
            }

            if (mirrored == 0 && Run("verify", "--repo", copy) is { Code: not 0 } result)
            {
                throw new InvalidOperationException($"a mirror was made that is not whole: {result.Said}\n{said}");
            }

            if (mirrored != 0 && verified != 0)
            {
                throw new UserErrorException("neither verified nor mirrored");
            }
        }
        finally
        {
            TreeRemoval.Remove(around.FullName);
        }
    }

    private static (int Code, string Said) Run(params string[] arguments)
    {
        using StringWriter output = new();
        Diagnostics diagnostics = new(RepoCommandLine.Program, output);
        OperationContext context = new(TextReader.Null, output, diagnostics, new Noon());
        int code = CommandLineHost.Invoke(
            RepoCommandLine.Create(context, CancellationToken.None),
            arguments,
            output,
            diagnostics,
            CancellationToken.None
        );
        string said = output.ToString();
        return said.Contains("internal error", StringComparison.Ordinal)
            ? throw new InvalidOperationException(said)
            : (code, said);
    }

    private void Publish(string around)
    {
        string key = Path.Combine(around, "key.pem");
        string packages = Directory.CreateDirectory(Path.Combine(around, "new")).FullName;
        string repository = Path.Combine(around, "repo");
        DurableFile.Write(key, _key.ExportPem(), DurableFile.PrivateMode);
        foreach (string name in new[] { "one", "two" })
        {
            Manifest manifest = new()
            {
                Name = PackageName.Parse(name),
                Version = PackageVersion.Parse("1.0-1"),
                Architecture = Architecture.Parse("x86_64"),
                Description = "A package",
                License = "MIT",
                Build = new BuildInfo(Timestamp.Parse("2026-01-01T00:00:00Z"), "farm", "git+file:/x"),
            };
            string file = PackageFileName.Compose(manifest.Name, manifest.Version, manifest.Architecture);
            using FileStream output = File.Create(Path.Combine(packages, file));
            PackageWriter.Write(
                output,
                manifest,
                [PayloadSource.File($"usr/share/{name}/data", "content"u8.ToArray())],
                _key,
                new PackageWriteOptions { Workers = 1 }
            );
        }

        string[] common = ["--sign-key", key, "--timestamp", Time, "--out", repository];
        Succeed(Run(["init", "--name", "fuzz", .. common]));
        Succeed(Run(["publish", "--in", repository, "--new", packages, "--no-site", .. common]));
        foreach (string file in Directory.EnumerateFiles(repository, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(repository, file);
            if (!name.Split('/').Any(static part => part.StartsWith('.')))
            {
                _files[name] = File.ReadAllBytes(file);
            }
        }

        static void Succeed((int Code, string Said) result)
        {
            if (result.Code != 0)
            {
                throw new InvalidOperationException(result.Said);
            }
        }
    }

    private bool HasSignature(string name) => _files.ContainsKey(name + ".sig");

    // An address of another host would be waited for, and the network is not what is tried here.
    private static void KeepToThisServer(Span<byte> answer)
    {
        while (answer.IndexOf("//"u8) is int at and >= 0)
        {
            answer[at + 1] = (byte)'_';
        }
    }

    private static byte[] Whole(byte[] body) =>
        [
            .. Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n")
            ),
            .. body,
        ];

    // A head without an end is tried again after a pause, as a server that goes away is.
    private static byte[] Complete(byte[] answer) =>
        [.. "HTTP/1.1 200 OK\r\n"u8, .. answer, .. answer.AsSpan().IndexOf("\r\n\r\n"u8) < 0 ? "\r\n\r\n"u8 : []];

    private void Accept()
    {
        while (true)
        {
            TcpClient client = _listener.AcceptTcpClient();

            // Who asks may hold all threads of the pool.
            new Thread(() => Talk(client)) { IsBackground = true }.Start();
        }
    }

    private void Talk(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            using NetworkStream stream = client.GetStream();
            using StreamReader reader = new(stream, Encoding.Latin1);
            string name = reader.ReadLine()?.Split(' ').ElementAtOrDefault(1)?.TrimStart('/') ?? "";
            while (reader.ReadLine() is { Length: > 0 }) { }

            stream.Write(
                _damaged.TryGetValue(name, out byte[]? damaged) ? damaged
                : _files.TryGetValue(name, out byte[]? file) ? Whole(file)
                : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8
            );
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Whoever asked has heard enough.
        }
    }

    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    }
}
