using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Acting from the dashboard behind a real nginx, configured as docs/farm.md says.</summary>
[Trait("Speed", "slow")]
public sealed class ActingProxyTests : IDisposable
{
    private readonly TestFarm _farm = new();
    private Process? _nginx;

    public ActingProxyTests() =>
        _farm.Configure(
            http: """
            addr = "127.0.0.1:0"
            user_header = "X-Forwarded-User"
            proxies = ["127.0.0.1"]
            [[role]]
            users = ["ann"]
            [[role]]
            users = ["*"]
            recipes = ["good"]
            """
        );

    public void Dispose()
    {
        if (_nginx is { } nginx)
        {
            nginx.Kill(entireProcessTree: true);
            nginx.WaitForExit();
            nginx.Dispose();
        }

        _farm.Dispose();
    }

    // On a socket, since a port might be taken.
    private void StartNginx(Uri manager)
    {
        string page = File.ReadAllText(Path.Combine(Tools.Root, "docs", "farm.md"));
        string server = Regex.Match(page, "```nginx\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        server = Regex
            .Replace(server, " *ssl_.*\n", "")
            .Replace("listen 443 ssl", $"listen unix:{_farm["nginx.sock"]}", StringComparison.Ordinal)
            .Replace("/etc/nginx/farm.htpasswd", _farm["htpasswd"], StringComparison.Ordinal)
            .Replace("127.0.0.1:8080", manager.Authority, StringComparison.Ordinal);
        Assert.Contains(manager.Authority, server, StringComparison.Ordinal);
        string places = string.Concat(
            ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(kind =>
                $"{kind}_temp_path {_farm["nginx-" + kind]};\n"
            )
        );
        File.WriteAllText(_farm["htpasswd"], "ann:{PLAIN}sesame\nbob:{PLAIN}open\n");
        File.WriteAllText(
            _farm["nginx.conf"],
            $"{(Environment.UserName == "root" ? "user root;" : "")} daemon off; pid {_farm["nginx.pid"]};\n"
                + $"events {{}} http {{ access_log off;\n{places}{server}}}\n"
        );
        _nginx = Process.Start("/usr/sbin/nginx", ["-e", _farm["nginx.log"], "-c", _farm["nginx.conf"]]);
    }

    private HttpClient Through(string user, string password)
    {
        HttpClient client = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectCallback = async (_, cancellation) =>
                {
                    while (true)
                    {
                        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                        try
                        {
                            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_farm["nginx.sock"]), cancellation);
                            return new NetworkStream(socket, ownsSocket: true);
                        }
                        catch (SocketException) when (_nginx is { HasExited: false })
                        {
                            socket.Dispose();
                            await Task.Delay(20, cancellation);
                        }
                    }
                },
            }
        )
        {
            BaseAddress = new Uri("http://farm.example.org/"),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.ASCII.GetBytes($"{user}:{password}"))
        );
        return client;
    }

    private static async Task<(HttpStatusCode Code, string Body)> Retry(HttpClient client, string token)
    {
        using FormUrlEncodedContent form = new(
            new Dictionary<string, string> { ["token"] = token, ["retry"] = "bad@1.0-1" }
        );
        using HttpResponseMessage response = await client.PostAsync(new Uri("act", UriKind.Relative), form);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Token(string page) =>
        Regex.Match(page, "name=\"token\" value=\"([0-9a-f]+)\"").Groups[1].Value;

    [Fact]
    public async Task Behind_the_proxy_of_the_page_ann_acts_bob_may_not_and_a_forged_header_names_nobody()
    {
        _farm.AddRecipe("bad", "broken", script: "exit 1");
        _farm.AddRecipe("good", "greeting");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"build failed\" recipe=bad");
        manager.WaitFor("build \\+ publish complete\" recipe=good");
        StartNginx(manager.Address);

        using HttpClient nobody = Through("ann", "guessed");
        using HttpResponseMessage turned = await nobody.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, turned.StatusCode);

        using HttpClient ann = Through("ann", "sesame");
        string page = await ann.GetStringAsync(new Uri("/", UriKind.Relative));
        Assert.Contains("signed in as <b>ann</b>", page, StringComparison.Ordinal);
        Assert.Contains("name=\"retry\" value=\"bad@1.0-1\"", page, StringComparison.Ordinal);

        // The proxy replaces what a visitor says of himself.
        using HttpClient bob = Through("bob", "open");
        bob.DefaultRequestHeaders.Add("X-Forwarded-User", "ann");
        string bobs = await bob.GetStringAsync(new Uri("/recipes/good", UriKind.Relative));
        Assert.Contains("signed in as <b>bob</b>", bobs, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "name=\"retry\"",
            await bob.GetStringAsync(new Uri("/", UriKind.Relative)),
            StringComparison.Ordinal
        );
        (HttpStatusCode code, string said) = await Retry(bob, Token(page));
        Assert.True(
            code == HttpStatusCode.Forbidden && said.Contains("of another user", StringComparison.Ordinal),
            said
        );
        (code, said) = await Retry(bob, Token(bobs));
        Assert.True(
            code == HttpStatusCode.Forbidden && said.Contains("bob may not retry bad", StringComparison.Ordinal),
            said
        );

        // Past the proxy, with all that ann's page holds.
        using HttpClient past = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectCallback = async (context, cancellation) =>
                {
                    Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = manager.Address,
        };
        past.DefaultRequestHeaders.Add("X-Forwarded-User", "ann");
        (code, said) = await Retry(past, Token(page));
        Assert.True(
            code == HttpStatusCode.Forbidden && said.Contains("127.0.0.2 itself", StringComparison.Ordinal),
            said
        );
        Assert.DoesNotContain("act=retry", manager.Log, StringComparison.Ordinal);

        (code, said) = await Retry(ann, Token(page));
        Assert.True(code == HttpStatusCode.SeeOther, said);
        manager.WaitFor("msg=\"an operator acted\" act=retry about=bad@1.0-1 by=ann@X-Forwarded-User");
        Assert.Contains(
            "ann@X-Forwarded-User",
            await ann.GetStringAsync(new Uri("/recipes/bad", UriKind.Relative)),
            StringComparison.Ordinal
        );
    }
}
