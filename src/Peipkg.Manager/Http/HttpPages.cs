using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Peipkg.Format.Text;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Http;

/// <summary>
/// Everything that can be looked at: <c>/healthz</c>, <c>/readyz</c>, <c>/status</c>, <c>/metrics</c>, the dashboard, and
/// the repository when that is switched on. All of it reads only, but for <c>POST /act</c>.
/// </summary>
internal sealed class HttpPages(
    FarmStores stores,
    Func<RecipeRoster> roster,
    LiveFarm live,
    OperatorDesk desk,
    Redactor redactor,
    ILoggerFactory loggers
) : IDisposable
{
    private const int MostWarnings = 50;

    private readonly Dashboard _dashboard = new(stores, roster, live, desk, redactor, loggers);

    /// <summary>
    /// Whether a request may be answered that names this host. A web page can make its own name lead to this machine and
    /// then read what is here with its visitor's browser; but it cannot do so under another name than its own.
    /// </summary>
    public bool Answers(HostString host)
    {
        IReadOnlyList<string> known = stores.Config.Http.Hosts;
        return known.Count == 0
            || known.Append("localhost").Contains(host.Host, StringComparer.OrdinalIgnoreCase)
            || IPAddress.TryParse(host.Host, out _);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        Dashboard.Get(routes, "/healthz", context => HttpServer.TextAsync(context, StatusCodes.Status200OK, "ok"));
        Dashboard.Get(routes, "/readyz", ReadyAsync);
        Dashboard.Get(routes, "/status", new StatusReport(stores, roster, live).WriteAsync);
        Dashboard.Get(routes, "/metrics", new MetricsReport(stores, roster, live).WriteAsync);
        _dashboard.Map(routes);
        RepositoryFiles files = new(stores.Layout.Repository);
        Dashboard.Get(
            routes,
            "/repo/{**path}",
            context =>
                stores.Config.Http.ServesRepository
                    ? files.WriteAsync(context, (string?)context.Request.RouteValues["path"] ?? "")
                    : HttpServer.TextAsync(
                        context,
                        StatusCodes.Status404NotFound,
                        "the repository is not served here ([http] serve_repo)"
                    )
        );
    }

    /// <inheritdoc/>
    public void Dispose() => _dashboard.Dispose();

    private Task ReadyAsync(HttpContext context)
    {
        IReadOnlyList<Trouble> troubles = TroubleList.Collect(stores, roster(), live);
        IReadOnlyList<string> problems = Readiness.Problems(troubles);
        string[] warnings =
        [
            .. troubles
                .Where(t => t is { Severity: TroubleSeverity.Warning, Acknowledged: null })
                .Take(MostWarnings)
                .Select(t => "warning: " + t.Text.Split('\n')[0]),
        ];
        int more = Readiness.Count(troubles, TroubleSeverity.Warning) - warnings.Length;
        string text = string.Join(
            '\n',
            [
                .. problems.Count == 0 ? (string[])["ready"] : [],
                .. problems,
                .. warnings,
                .. more > 0 ? (string[])[$"and {Counted.Text(more, "more warning")}"] : [],
            ]
        );
        return HttpServer.TextAsync(
            context,
            problems.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            redactor.Clean(text)
        );
    }
}
