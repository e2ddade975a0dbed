using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Logging;
using Peipkg.Manager.Operating;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>POST /act</c>: what the buttons of the dashboard send. Whoever may press one asks the same desk as the command line
/// does. No cookie is involved, so a browser that another site misuses is told by the form's token and by where it says
/// that the form was.
/// </summary>
internal sealed partial class ActEndpoint(
    FarmStores stores,
    OperatorDesk desk,
    ActTokens tokens,
    ActNotices notices,
    Func<string, string, string> message,
    TimeProvider clock,
    ILogger<ActEndpoint> logger
) : IDisposable
{
    private const int MostHours = 24 * 366;

    private readonly RepeatedEvent _refused = new(clock);

    [GeneratedRegex("^/(?:recipes/[^/?#\\\\\\s]{1,300}|builds/[0-9]{1,19})?$")]
    private static partial Regex Page { get; }

    /// <summary>Answers a form.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        Visitor visitor = Visitor.Of(context, stores.Config.Http.Acting);
        if (visitor.Name is not { } user)
        {
            await RefuseAsync(context, visitor, StatusCodes.Status403Forbidden, visitor.WhyNobody);
            return;
        }

        if (WhyForeign(context.Request) is { } foreign)
        {
            await RefuseAsync(context, visitor, StatusCodes.Status403Forbidden, foreign);
            return;
        }

        (Dictionary<string, StringValues>? form, int status, string reason) = await ReadAsync(context);
        if (form is null)
        {
            await RefuseAsync(context, visitor, status, reason);
            return;
        }

        if (!tokens.IsOf(Field(form, ActForms.Token), user))
        {
            await RefuseAsync(
                context,
                visitor,
                StatusCodes.Status403Forbidden,
                "nothing was done: this form is of another user, or of before the manager was started anew; go back, load the page again, and press once more"
            );
            return;
        }

        if (Request(form, out string? recipe, out string? error) is not { } request)
        {
            await RefuseAsync(context, visitor, StatusCodes.Status400BadRequest, error);
            return;
        }

        if (!visitor.May(request.Command, recipe))
        {
            string what = recipe is null ? $"{request.Command} for the whole farm" : $"{request.Command} {recipe}";
            await RefuseAsync(
                context,
                visitor,
                StatusCodes.Status403Forbidden,
                $"{user} may not {what}; a [[role]] of the farm's configuration would have to allow it"
            );
            return;
        }

        OperatorReply reply = await Task.Run(() => desk.Answer(request, visitor.By));
        string number = notices.Keep(
            new ActNotice(user, reply.Error ?? reply.Action?.Message ?? "done", reply.Error is null)
        );
        string back = Field(form, ActForms.Back);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{(Page.IsMatch(back) ? back : "/")}?done={number}";
    }

    /// <inheritdoc/>
    public void Dispose() => _refused.Dispose();

    // A browser says where a form was; what says nothing is no browser, and no other site can make it send anything.
    private static string? WhyForeign(HttpRequest request)
    {
        const string Foreign = "nothing was done: the form was on a page of another site";
        StringValues site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0)
        {
            return site is ["same-origin"] ? null : Foreign;
        }

        StringValues origin = request.Headers.Origin;
        return
            origin.Count == 0
            || (
                origin is [{ } text]
                && Uri.TryCreate(text, UriKind.Absolute, out Uri? from)
                && string.Equals(from.Authority, Authority(request, from), StringComparison.OrdinalIgnoreCase)
            )
            ? null
            : $"{Foreign}, or the proxy does not pass the Host that the browser asked for";
    }

    // As an address would spell it, without the port that the scheme has anyway.
    private static string Authority(HttpRequest request, Uri from) =>
        Uri.TryCreate($"{from.Scheme}://{request.Host.Value}", UriKind.Absolute, out Uri? own) ? own.Authority : "";

    private static async Task<(Dictionary<string, StringValues>? Form, int Status, string Reason)> ReadAsync(
        HttpContext context
    )
    {
        if (
            context.Request.ContentType?.Split(';')[0].Trim() is not { } type
            || !type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        )
        {
            return (null, StatusCodes.Status415UnsupportedMediaType, "only a form of these pages is taken here");
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = ManagerLimits.ActBytes;
        try
        {
            FormPipeReader reader = new(context.Request.BodyReader)
            {
                ValueCountLimit = 8,
                KeyLengthLimit = 32,
                ValueLengthLimit = ManagerLimits.ActBytes,
            };
            return (await reader.ReadFormAsync(context.RequestAborted), StatusCodes.Status200OK, "");
        }
        catch (Exception exception) when (exception is BadHttpRequestException or InvalidDataException)
        {
            bool large = exception is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge };
            return (
                null,
                large ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest,
                large ? "the form is too large" : "the form cannot be read"
            );
        }
    }

    // The request that the command of the same name would make.
    private OperatorRequest? Request(Dictionary<string, StringValues> form, out string? recipe, out string error)
    {
        recipe = null;
        string[] acts = [.. RoleConfig.Known.Where(form.ContainsKey)];
        if (acts is not [var act] || form.Values.Any(value => value.Count != 1 || value[0]!.Any(char.IsControl)))
        {
            error = "the form says not clearly what to do";
            return null;
        }

        string about = Field(form, act);
        string? reason = Field(form, ActForms.Reason).Trim() is { Length: > 0 } given ? given : null;
        error = $"the form does not say what to {act}";
        if (act == OperatorCommand.Ack)
        {
            recipe = Trouble.RecipeOf(about);
            string hours = Field(form, ActForms.Hours);
            bool ends = int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out int count);
            return about.Length == 0 || (hours.Length > 0 && (!ends || count is 0 or > MostHours))
                ? null
                : new OperatorRequest
                {
                    Command = act,
                    Trouble = about,
                    Reason = reason,
                    Until = ends ? clock.GetUtcNow().AddHours(count) : null,
                };
        }

        string[] words = about.Split('@', 2);
        recipe = words[0].Length > 0 ? words[0] : null;
        bool ofFarm = recipe is null && act is OperatorCommand.Pause or OperatorCommand.Resume;
        return (recipe is null && !ofFarm) || words is [_, ""]
            ? null
            : new OperatorRequest
            {
                Command = act,
                Recipe = recipe,
                Version = words.Length > 1 ? words[1] : null,
                Tag = Field(form, ActForms.Tag) is { Length: > 0 } tag ? tag : null,
                Reason = reason,
            };
    }

    private static string Field(Dictionary<string, StringValues> form, string name) =>
        form.GetValueOrDefault(name) is [{ } value] ? value : "";

    private Task RefuseAsync(HttpContext context, Visitor visitor, int status, string reason)
    {
        string? remote = context.Connection.RemoteIpAddress?.ToString();
        _refused.Occurred(times => HttpEvents.ActRefused(logger, status, reason, visitor.By, remote, times));
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(
            message(status == StatusCodes.Status403Forbidden ? "Refused" : "Nothing was done", reason),
            context.RequestAborted
        );
    }
}
