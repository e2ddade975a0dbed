using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Operating;

/// <summary>samples/farm/notify-mail.sh with a real sendmail, msmtp, which brings the mail to a server of ours.</summary>
[Trait("Speed", "slow")]
public sealed class NotifyMailTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public NotifyMailTests()
    {
        _server.Start();
        File.WriteAllText(
            _directory[".msmtprc"],
            $"account default\nhost 127.0.0.1\nport {((IPEndPoint)_server.LocalEndpoint).Port}\nfrom farm@example.org\n"
        );
        File.SetUnixFileMode(_directory[".msmtprc"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose()
    {
        _server.Dispose();
        _directory.Dispose();
    }

    // One mail: whom the envelope names, and the lines of the message.
    private async Task<(List<string> To, List<string> Lines)> Receive()
    {
        using TcpClient client = await _server.AcceptTcpClientAsync();
        await using NetworkStream stream = client.GetStream();
        using StreamReader reader = new(stream, Encoding.UTF8);
        await using StreamWriter writer = new(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        List<string> to = [];
        List<string> lines = [];
        await writer.WriteLineAsync("220 ready");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("RCPT TO:", StringComparison.OrdinalIgnoreCase))
            {
                to.Add(line[8..].Trim('<', '>', ' '));
            }

            bool data = line == "DATA";
            await writer.WriteLineAsync(
                data ? "354 go on"
                : line == "QUIT" ? "221 bye"
                : "250 ok"
            );
            if (data)
            {
                while (await reader.ReadLineAsync() is { } text && text != ".")
                {
                    lines.Add(text.StartsWith('.') ? text[1..] : text);
                }

                await writer.WriteLineAsync("250 taken");
            }
        }

        return (to, lines);
    }

    private (int Code, string Errors) Run(string[] addresses, params (string Name, string Value)[] variables)
    {
        ProcessStartInfo start = new(Path.Combine(Tools.Root, "samples/farm/notify-mail.sh"), addresses)
        {
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["HOME"] = _directory.Path;
        start.Environment["SENDMAIL"] = "/usr/bin/msmtp";
        foreach ((string name, string value) in variables)
        {
            start.Environment["PEIPKG_" + name] = value;
        }

        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }

    private async Task<(List<string> To, Dictionary<string, string> Headers, string Body)> Send(
        params (string Name, string Value)[] variables
    )
    {
        Task<(List<string> To, List<string> Lines)> receiving = Receive();
        (int code, string errors) = await Task.Run(() => Run(["farm@example.org", "root"], variables));
        Assert.True(code == 0, errors);
        (List<string> to, List<string> lines) = await receiving;
        int end = lines.IndexOf("");
        return (
            to,
            lines
                .Take(end)
                .Select(line => line.Split(": ", 2))
                .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal),
            Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(lines.Skip(end + 1))))
        );
    }

    [Fact]
    public async Task The_owners_get_what_happened_and_where_to_look()
    {
        string text =
            "farm: zlib 1.0-1: failed: ☃ " + new string('x', 3000) + "\n.\n..\nFrom here https://farm/builds/3";
        (List<string> to, Dictionary<string, string> headers, string body) = await Send(
            ("FARM", "farm"),
            ("EVENT", "failed"),
            ("RECIPE", "zlib"),
            ("VERSION", "1.0-1"),
            ("OWNERS", "ann+zlib@example.org,bob"),
            ("TEXT", text)
        );
        Assert.Equal(["ann+zlib@example.org", "bob"], to);
        Assert.Equal("ann+zlib@example.org, bob", headers["To"]);
        Assert.Equal("[farm] zlib 1.0-1: failed", headers["Subject"]);
        Assert.Equal("auto-generated", headers["Auto-Submitted"]);
        Assert.Equal(text + "\n", body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Ann Lee")]
    [InlineData("-oQ/tmp@example.org")]
    [InlineData("a@b@c,@x,y@")]
    [InlineData("ann@example.org\nBcc: eve@example.org")]
    [InlineData("$(touch x)@example.org,`touch x`")]
    public async Task What_has_no_owner_that_can_be_written_to_goes_to_those_who_are_named(string owners)
    {
        (List<string> to, Dictionary<string, string> headers, _) = await Send(
            ("FARM", "farm"),
            ("EVENT", "disk-low"),
            ("OWNERS", owners),
            ("TEXT", "x")
        );
        Assert.Equal(["farm@example.org", "root"], to);
        Assert.Equal("[farm] disk-low", headers["Subject"]);
        Assert.DoesNotContain("Bcc", headers.Keys);
    }

    [Theory]
    [InlineData("FARM", "trouble")]
    [InlineData("EVENT", "trouble")]
    [InlineData("RECIPE", "trouble")]
    [InlineData("VERSION", "trouble")]
    [InlineData("TEXT", "digest")]
    public async Task Nothing_that_is_told_becomes_a_header(string variable, string what)
    {
        Dictionary<string, string> values = new() { ["EVENT"] = what, ["RECIPE"] = "zlib" };
        const string Hostile = "x\r\nBcc: eve@example.org\n\nhello \u2603\u0007";
        values[variable] = Hostile;
        (List<string> to, Dictionary<string, string> headers, string body) = await Send([
            .. values.Select(pair => (pair.Key, pair.Value)),
        ]);
        Assert.Equal(["farm@example.org", "root"], to);
        Assert.DoesNotContain(headers.Keys, name => name.Equals("bcc", StringComparison.OrdinalIgnoreCase));
        Assert.All(headers["Subject"], c => Assert.InRange(c, ' ', '~'));
        Assert.Equal((variable == "TEXT" ? Hostile : "") + "\n", body);
    }

    [Fact]
    public void Without_a_server_or_an_address_it_fails_and_says_why()
    {
        Assert.Contains("usage", Run([]).Errors, StringComparison.Ordinal);
        Assert.Contains("\"a b\" is no address", Run(["a b"]).Errors, StringComparison.Ordinal);
        _server.Stop();
        (int code, string errors) = Run(["root"], ("TEXT", "x"));
        Assert.Equal(1, code);
        Assert.Contains("/usr/bin/msmtp failed", errors, StringComparison.Ordinal);
    }
}
