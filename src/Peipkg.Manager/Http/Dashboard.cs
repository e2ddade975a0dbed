using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Http;

/// <summary>The dashboard: pages for people, which read, and buttons for those who may act.</summary>
/// <param name="stores">What the farm remembers.</param>
/// <param name="roster">The current recipes.</param>
/// <param name="live">The running manager.</param>
/// <param name="desk">Does what the buttons ask for.</param>
/// <param name="redactor">Takes secrets out of all that is shown.</param>
/// <param name="loggers">Hear of what was refused.</param>
internal sealed class Dashboard(
    FarmStores stores,
    Func<RecipeRoster> roster,
    LiveFarm live,
    OperatorDesk desk,
    Redactor redactor,
    ILoggerFactory loggers
) : IDisposable
{
    /// <summary>Nothing but the dashboard's own style and script; no frames, no forms, no plug-ins.</summary>
    public const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Pages with buttons.
    private static readonly string ActingPolicy = Policy.Replace(
        "form-action 'none'",
        "form-action 'self'",
        StringComparison.Ordinal
    );

    private const int Shown = 20;

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private readonly StatusReport _status = new(stores, roster, live);
    private readonly LogPages _logs = new(stores.Layout, redactor);

    private readonly ActTokens _tokens = new();
    private readonly ActNotices _notices = new();
    private ActEndpoint? _acts;

    private string FarmId => stores.Config.FarmId;

    public void Map(IEndpointRouteBuilder routes)
    {
        _acts = new ActEndpoint(
            stores,
            desk,
            _tokens,
            _notices,
            (title, text) => redactor.Clean(DashboardPages.Message(FarmId, title, text)),
            stores.Clock,
            loggers.CreateLogger<ActEndpoint>()
        );
        routes.MapPost(ActForms.Path, _acts.HandleAsync);
        Get(
            routes,
            "/",
            context =>
                HtmlAsync(
                    context,
                    DashboardPages.Farm(
                        _status.Collect(),
                        FarmQueries.Recipes(stores, roster()),
                        new HistoryDocument { Builds = FarmQueries.History(stores, null, Shown).Builds, Events = [] },
                        Forms(context)
                    )
                )
        );
        Get(routes, "/recipes/{name}", RecipeAsync);
        Get(routes, "/recipes/{name}/charts", context => ChartsAsync(context, Route(context, "name")));
        Get(routes, "/charts", context => ChartsAsync(context, recipe: null));
        Get(routes, "/builds/{build:long}", BuildAsync);
        Get(routes, "/logs/{build:long}", LogAsync);
        Get(
            routes,
            "/tries",
            context =>
                HtmlAsync(
                    context,
                    DashboardPages.Trials(
                        FarmId,
                        desk.Answer(new OperatorRequest { Command = OperatorCommand.TryList }).Trials?.Trials ?? [],
                        Forms(context)
                    )
                )
        );
        Get(routes, "/tries/{trial:long}", TrialAsync);
        Get(routes, "/tries/{trial:long}/logs/{number:int}", TrialLogAsync);
        Get(routes, "/badges/{file}", BadgeAsync);
        Get(routes, "/dashboard.css", context => AssetAsync(context, "dashboard.css", "text/css; charset=utf-8"));
        Get(routes, "/dashboard.js", context => AssetAsync(context, "dashboard.js", "text/javascript; charset=utf-8"));
    }

    /// <inheritdoc/>
    public void Dispose() => _acts?.Dispose();

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
                DashboardPages.Recipe(FarmId, recipe, why, FarmQueries.History(stores, name, Shown), Forms(context))
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

    private Task ChartsAsync(HttpContext context, string? recipe)
    {
        int period =
            int.TryParse(context.Request.Query["days"], NumberStyles.None, CultureInfo.InvariantCulture, out int days)
            && ChartPage.Periods.Contains(days)
                ? days
                : ChartPage.Periods[0];
        DateOnly today = stores.Days.Today;
        IReadOnlyList<DayTotal> totals = stores.Days.From(recipe, today.AddDays(1 - period));
        return recipe is not null && totals.Count == 0 && !roster().Knows(recipe)
            ? HtmlAsync(
                context,
                DashboardPages.Message(FarmId, "Not found", $"there is no recipe {recipe}"),
                StatusCodes.Status404NotFound
            )
            : HtmlAsync(context, DashboardPages.Charts(FarmId, recipe, totals, today, period, Forms(context)));
    }

    private Task BuildAsync(HttpContext context)
    {
        long id = long.Parse(Route(context, "build"), CultureInfo.InvariantCulture);
        try
        {
            AttemptDocument build = FarmQueries.Attempt(stores, id, null, null);
            return HtmlAsync(
                context,
                DashboardPages.Build(
                    FarmId,
                    build,
                    stores.Builds.Find(build.Recipe, build.Version) is { } now ? FarmQueries.Word(now) : null,
                    _logs.ReadTail(id),
                    Forms(context)
                )
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

    private Task TrialAsync(HttpContext context)
    {
        long id = long.Parse(Route(context, "trial"), CultureInfo.InvariantCulture);
        OperatorReply reply = desk.Answer(new OperatorRequest { Command = OperatorCommand.TryShow, Trial = id });
        return reply.Trial is { } trial
            ? HtmlAsync(context, DashboardPages.Trial(FarmId, trial, Forms(context)))
            : HtmlAsync(
                context,
                DashboardPages.Message(FarmId, "Not found", reply.Error ?? ""),
                StatusCodes.Status404NotFound
            );
    }

    private Task TrialLogAsync(HttpContext context)
    {
        long id = long.Parse(Route(context, "trial"), CultureInfo.InvariantCulture);
        int number = int.Parse(Route(context, "number"), CultureInfo.InvariantCulture);
        return _logs.WriteAsync(
            context,
            stores.Layout.TrialLogOf(id, number),
            stores.Trials.Find(id) is not { IsEnded: false }
        );
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

    // Who may act gets a page whose forms the browser sends, and says where they were.
    private ActForms Forms(HttpContext context)
    {
        Visitor visitor = Visitor.Of(context, stores.Config.Http.Acting);
        if (visitor.Name is not null)
        {
            context.Response.Headers.ContentSecurityPolicy = ActingPolicy;
            context.Response.Headers["Referrer-Policy"] = "same-origin";
        }

        return new ActForms(
            visitor,
            _tokens,
            context.Request.Path.ToUriComponent(),
            _notices.Find(context.Request.Query["done"], visitor.Name)
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
