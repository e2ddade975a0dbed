using System.Diagnostics.CodeAnalysis;
using System.Net;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// Acting from the dashboard: the keys of <c>[http]</c> that say by whom a reverse proxy tells who is signed in, and each
/// <c>[[role]]</c>.
/// </summary>
/// <param name="UserHeader"><c>user_header</c>: in which the proxy passes the user's name.</param>
/// <param name="GroupsHeader"><c>groups_header</c>: in which it passes the user's groups, divided by commas; null: it does not.</param>
/// <param name="Proxies"><c>proxies</c>: the addresses that are believed.</param>
/// <param name="Roles">Who may do what; nobody else may do anything.</param>
internal sealed record ActingConfig(
    string UserHeader,
    string? GroupsHeader,
    IReadOnlyList<IPNetwork> Proxies,
    IReadOnlyList<RoleConfig> Roles
)
{
    private const string UserKey = "user_header";
    private const string GroupsKey = "groups_header";
    private const string ProxiesKey = "proxies";

    private static readonly string[] Own = [UserKey, GroupsKey, ProxiesKey];

    // Every visitor can send these, and a proxy passes them on as they are.
    private static readonly string[] Visitors =
    [
        "Authorization",
        "Connection",
        "Content-Length",
        "Content-Type",
        "Cookie",
        "Host",
        "Origin",
        "Referer",
        "User-Agent",
    ];

    /// <summary>Reads the keys of <c>[http]</c> and every <c>[[role]]</c>; problems go to the file's list.</summary>
    /// <param name="http">The section; null where there is none.</param>
    /// <param name="file">The configuration.</param>
    /// <returns>Null where nobody acts from the dashboard.</returns>
    public static ActingConfig? Read(TomlSection? http, TomlFile file)
    {
        IReadOnlyList<RoleConfig> roles = RoleConfig.Read(file, out TomlPosition? first);
        string? user = http?.Parsed<string>(UserKey, Header)?.Value;
        string? groups = http?.Parsed<string>(GroupsKey, Header)?.Value;
        IReadOnlyList<IPNetwork> proxies = http is null ? [] : ConfigWord.Each<IPNetwork>(http, ProxiesKey, Proxy);
        if (http?.Has(UserKey) != true)
        {
            foreach (string key in Own.Where(key => http?.Has(key) == true))
            {
                http!.Problems.Error(
                    http.PositionOf(key),
                    $"{key} in [http] means nothing without {UserKey}, the header in which the proxy passes who is signed in"
                );
            }

            if (first is { } position)
            {
                file.Problems.Error(
                    position,
                    $"[[role]] means nothing without {UserKey} in [http], the header in which the proxy passes who is signed in"
                );
            }

            return null;
        }

        if (user is not null && string.Equals(user, groups, StringComparison.OrdinalIgnoreCase))
        {
            http.Problems.Error(http.PositionOf(GroupsKey), $"{GroupsKey} in [http] is the same header as {UserKey}");
        }

        if (http.NodeOf(ProxiesKey) is null or TomlArray { Items.Count: 0 })
        {
            http.Problems.Error(
                http.PositionOf(UserKey),
                $"{UserKey} in [http] needs {ProxiesKey}: the addresses of the proxies that are believed, such as [\"127.0.0.1\"]"
            );
        }

        if (!http.Has(GroupsKey) && roles.Any(role => role.Groups.Count > 0))
        {
            file.Problems.Error(
                first!.Value,
                $"groups in [[role]] need {GroupsKey} in [http], the header in which the proxy passes them"
            );
        }

        return new ActingConfig(user ?? "", groups, proxies, roles);
    }

    private static bool Header(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value.Length is 0 or > 64 || !value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                ? "write the name of a header, such as \"X-Forwarded-User\""
            : Visitors.Contains(value, StringComparer.OrdinalIgnoreCase)
                ? $"visitors send {value} themselves; let the proxy set a header of its own, such as \"X-Forwarded-User\""
            : null;
        return error is null;
    }

    private static bool Proxy(string? text, out IPNetwork value, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (IPAddress.TryParse(text, out IPAddress? address) && (text!.Contains(':') || text.Split('.').Length == 4))
        {
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            value = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        if (IPNetwork.TryParse(text, out value) && value.PrefixLength > 0)
        {
            return true;
        }

        error =
            $"\"{text}\" is no address of a proxy: write \"127.0.0.1\", \"2001:db8::7\", or a network such as \"10.1.2.0/24\"";
        return false;
    }
}
