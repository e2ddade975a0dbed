using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Peipkg.Manager.Tests.Git;

/// <summary>Files over HTTP and nothing more: a repository as it lies there, which git calls dumb.</summary>
internal sealed class PlainHttpServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private PlainHttpServer(string root, string? refused)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(async context =>
        {
            if (refused is not null && context.Request.Path.StartsWithSegments("/" + refused))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            string file = Path.Join(root, context.Request.Path.Value);
            if (File.Exists(file))
            {
                await context.Response.SendFileAsync(file);
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
        });
    }

    /// <param name="root">Holds the repositories.</param>
    /// <param name="refused">A repository that nobody may see; null: none.</param>
    public static async Task<PlainHttpServer> StartAsync(string root, string? refused = null)
    {
        PlainHttpServer server = new(root, refused);
        await server._application.StartAsync();
        return server;
    }

    public string Url(string repository) => $"{_application.Urls.Single()}/{repository}";

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
