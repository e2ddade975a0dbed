using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Peipkg.Manager.Tests.Git;

/// <summary>Git's smart HTTP protocol: the real <c>git http-backend</c> as CGI behind Kestrel, with basic authentication.</summary>
internal sealed class SmartHttpServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _root;
    private readonly string? _authorization;

    private readonly string? _elsewhere;

    private SmartHttpServer(string root, string? user, string? password, string? elsewhere, IPAddress address)
    {
        _root = root;
        _elsewhere = elsewhere;
        _authorization = user is null
            ? null
            : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(address, 0);
                kestrel.AllowSynchronousIO = true;
            });
        _application = builder.Build();
        _application.Run(ServeAsync);
    }

    /// <summary>Every Authorization header that came, in order; "" for a request without one.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = [];

    /// <param name="root">Holds the repositories.</param>
    /// <param name="user">Who may ask; null: everybody.</param>
    /// <param name="password">The user's.</param>
    /// <param name="elsewhere">Where everybody who may ask is sent instead of being answered; null: nowhere.</param>
    /// <param name="address">Where it listens; null: 127.0.0.1.</param>
    public static async Task<SmartHttpServer> StartAsync(
        string root,
        string? user = null,
        string? password = null,
        string? elsewhere = null,
        IPAddress? address = null
    )
    {
        SmartHttpServer server = new(root, user, password, elsewhere, address ?? IPAddress.Loopback);
        await server._application.StartAsync();
        return server;
    }

    public string Url(string repository) => $"{_application.Urls.Single()}/{repository}";

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        if (_authorization is not null && context.Request.Headers.Authorization != _authorization)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }

        if (_elsewhere is not null)
        {
            context.Response.Redirect(_elsewhere + context.Request.Path + context.Request.QueryString);
            return;
        }

        ProcessStartInfo start = new("/usr/lib/git-core/git-http-backend")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["GIT_PROJECT_ROOT"] = _root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["REQUEST_METHOD"] = context.Request.Method;
        start.Environment["PATH_INFO"] = context.Request.Path.Value;
        start.Environment["QUERY_STRING"] = context.Request.QueryString.Value?.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = context.Request.ContentType;
        start.Environment["REMOTE_ADDR"] = "127.0.0.1";
        start.Environment["HTTP_CONTENT_ENCODING"] = context.Request.Headers.ContentEncoding;
        start.Environment["GIT_PROTOCOL"] = context.Request.Headers["Git-Protocol"];
        using Process backend = Process.Start(start)!;
        await context.Request.Body.CopyToAsync(backend.StandardInput.BaseStream);
        backend.StandardInput.Close();
        Stream output = backend.StandardOutput.BaseStream;
        while (ReadLine(output) is { Length: > 0 } header)
        {
            string[] parts = header.Split(": ", 2);
            if (parts[0] == "Status")
            {
                context.Response.StatusCode = int.Parse(parts[1][..3], CultureInfo.InvariantCulture);
            }
            else
            {
                context.Response.Headers[parts[0]] = parts[1];
            }
        }

        await output.CopyToAsync(context.Response.Body);
        await backend.WaitForExitAsync();
    }

    private static string ReadLine(Stream stream)
    {
        StringBuilder line = new();
        int b;
        while ((b = stream.ReadByte()) is >= 0 and not '\n')
        {
            line.Append((char)b);
        }

        return line.ToString().TrimEnd('\r');
    }
}
