using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;

namespace Peipkg.Manager.Http;

/// <summary>The dashboard: pages for people, which read and never change anything.</summary>
/// <param name="stores">What the farm remembers.</param>
/// <param name="roster">The current recipes.</param>
/// <param name="live">The running manager.</param>
/// <param name="redactor">Takes secrets out of all that is shown.</param>
internal sealed class Dashboard(FarmStores stores, Func<RecipeRoster> roster, LiveFarm live, Redactor redactor)
{
    /// <summary>Nothing but the dashboard's own style and script; no frames, no forms, no plug-ins.</summary>
    public const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const int Shown = 20;

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private readonly StatusReport _status = new(stores, roster, live);
    private readonly LogPages _logs = new(stores.Layout, redactor);

    private string FarmId => stores.Config.FarmId;

    public void Map(IEndpointRouteBuilder routes)
    {
        Get(
            routes,
            "/",
            context =>
                HtmlAsync(
                    context,
                    DashboardPages.Farm(
                        _status.Collect(),
                        FarmQueries.Recipes(stores, roster()),
                        new HistoryDocument { Builds = FarmQueries.History(stores, null, Shown).Builds, Events = [] }
                    )
                )
        );
        Get(routes, "/recipes/{name}", RecipeAsync);
        Get(routes, "/builds/{build:long}", BuildAsync);
        Get(routes, "/logs/{build:long}", LogAsync);
        Get(routes, "/badges/{file}", BadgeAsync);
        Get(routes, "/dashboard.css", context => AssetAsync(context, "dashboard.css", "text/css; charset=utf-8"));
        Get(routes, "/dashboard.js", context => AssetAsync(context, "dashboard.js", "text/javascript; charset=utf-8"));
    }

    /// <summary>Maps a page for GET and HEAD.</summary>
    public static void Get(IEndpointRouteBuilder routes, string pattern, RequestDelegate page) =>
        routes.MapMethods(pattern, Reading, page);

    private Task RecipeAsync(HttpContext context)
    {
        string name = Route(context, "name");
        try
        {
            WhyDocument why = WhyQuery.Ask(stores, roster(), name, null, live);
            RecipeDocument? recipe = FarmQueries.Recipes(stores, roster()).Recipes.FirstOrDefault(r => r.Name == name);
            return HtmlAsync(
                context,
                DashboardPages.Recipe(FarmId, recipe, why, FarmQueries.History(stores, name, Shown))
            );
        }
        catch (OperatorException exception)
        {
            return HtmlAsync(
                context,
                DashboardPages.Message(FarmId, "Not found", exception.Message),
                StatusCodes.Status404NotFound
            );
        }
    }

    private Task BuildAsync(HttpContext context)
    {
        long id = long.Parse(Route(context, "build"), CultureInfo.InvariantCulture);
        try
        {
            AttemptDocument build = FarmQueries.Attempt(stores, id, null, null);
            return HtmlAsync(context, DashboardPages.Build(FarmId, build, _logs.ReadTail(id)));
        }
        catch (OperatorException exception)
        {
            return HtmlAsync(
                context,
                DashboardPages.Message(FarmId, "Not found", exception.Message),
                StatusCodes.Status404NotFound
            );
        }
    }

    private Task LogAsync(HttpContext context)
    {
        long id = long.Parse(Route(context, "build"), CultureInfo.InvariantCulture);
        return _logs.WriteAsync(context, id, stores.Attempts.Find(id) is not { EndedAt: null });
    }

    private async Task BadgeAsync(HttpContext context)
    {
        string file = Route(context, "file");
        string name = file.EndsWith(".svg", StringComparison.Ordinal) ? file[..^4] : "";
        RecipeDocument? recipe = FarmQueries
            .Recipes(stores, roster())
            .Recipes.FirstOrDefault(r => r.Packages.Contains(name));
        if (recipe is null)
        {
            await HttpServer.TextAsync(
                context,
                StatusCodes.Status404NotFound,
                "no recipe makes this package; ask for /badges/PACKAGE.svg"
            );
            return;
        }

        context.Response.ContentType = "image/svg+xml; charset=utf-8";
        context.Response.Headers.CacheControl = "public, max-age=60";
        await context.Response.WriteAsync(
            BadgeImage.Make(
                name,
                recipe.Published ?? (recipe.Failing > 0 ? "failing" : "not built yet"),
                recipe.Failing > 0
            ),
            context.RequestAborted
        );
    }

    private async Task HtmlAsync(HttpContext context, string html, int code = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(redactor.Clean(html), context.RequestAborted);
    }

    private static async Task AssetAsync(HttpContext context, string name, string type)
    {
        context.Response.ContentType = type;
        await using Stream asset =
            typeof(Dashboard).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the program");
        await asset.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;
}
