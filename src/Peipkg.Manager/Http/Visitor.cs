using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Peipkg.Manager.Configuration;

namespace Peipkg.Manager.Http;

/// <summary>
/// Who looks at a page or presses a button, by the word of a reverse proxy that the configuration names. Whoever comes from
/// elsewhere, or whom the proxy does not name beyond doubt, is a reader without a name.
/// </summary>
internal sealed class Visitor
{
    private const int LongestName = 200;

    private readonly IReadOnlyList<RoleConfig> _roles;

    private Visitor(string? name, string? by, IReadOnlyList<RoleConfig> roles, string whyNobody)
    {
        Name = name;
        By = by;
        WhyNobody = whyNobody;
        _roles = roles;
    }

    /// <summary>As the proxy passed it; null for a reader.</summary>
    public string? Name { get; }

    /// <summary>The name with where it comes from, for the history: a user of this machine may be called the same.</summary>
    public string? By { get; }

    /// <summary>Why this is a reader, in a sentence; empty where there is a name.</summary>
    public string WhyNobody { get; }

    /// <summary>Finds out who sent a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="acting">Whom to believe; null: nobody.</param>
    public static Visitor Of(HttpContext context, ActingConfig? acting)
    {
        if (acting is null)
        {
            return Reader("nobody acts from these pages: the configuration has no [http] user_header");
        }

        IPAddress? peer = context.Connection.RemoteIpAddress;
        peer = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4() : peer;
        if (peer is null || !acting.Proxies.Any(proxy => proxy.Contains(peer)))
        {
            return Reader(
                $"only who comes through a proxy of [http] proxies may act; this request came from {peer} itself"
            );
        }

        StringValues names = context.Request.Headers[acting.UserHeader];
        if (names.Count == 0)
        {
            return Reader($"nobody is signed in: the proxy passed no {acting.UserHeader}");
        }

        if (names is not [{ } name] || !IsName(name))
        {
            return Reader(
                $"{acting.UserHeader} names nobody: it must occur once, with 1 to {LongestName} characters that can be seen and no comma"
            );
        }

        string[] groups = Groups(context, acting);
        return new Visitor(
            name,
            $"{name}@{acting.UserHeader}",
            [.. acting.Roles.Where(role => role.IsOf(name, groups))],
            ""
        );
    }

    /// <summary>Whether a role allows an act.</summary>
    /// <param name="act">One of <see cref="RoleConfig.Known"/>.</param>
    /// <param name="recipe">With this recipe; null: with the farm as a whole.</param>
    public bool May(string act, string? recipe) => _roles.Any(role => role.Allows(act, recipe));

    private static Visitor Reader(string why) => new(null, null, [], why);

    private static string[] Groups(HttpContext context, ActingConfig acting) =>
        acting.GroupsHeader is { } header && context.Request.Headers[header] is [{ } groups]
            ? groups.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [];

    // What cannot be seen could make one name look like another; with a comma two headers may have become one.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName
        && name.Trim().Length == name.Length
        && !name.Contains(',')
        && name.EnumerateRunes()
            .All(rune =>
                Rune.GetUnicodeCategory(rune)
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.Surrogate
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.OtherNotAssigned
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                    )
                && rune != Rune.ReplacementChar
            );
}
