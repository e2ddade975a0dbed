using System.Text;

namespace Peipkg.Format.Layout;

/// <summary>Where claims may stand and lead to (PSPU 5.23).</summary>
internal static class ClaimPlace
{
    /// <summary>Says what is wrong with the path of a claim, or returns null.</summary>
    internal static string? PathFault(string path, LayoutRules rules) =>
        Syntax(path)
        ?? (
            rules.IsForbidden(path[1..]) ? "no package reaches it"
            : path == "/init" || path.StartsWith("/run/", StringComparison.Ordinal) || rules.OfAll().HasBelow(path[1..])
                ? null
            : "it must be /init, or lie below /run/ or one of the destinations " + rules.OfAll().List
        );

    /// <summary>Says what is wrong with the target of a claim, or returns null.</summary>
    internal static string? TargetFault(string target, LayoutRules rules) =>
        Syntax(target)
        ?? (
            !rules.IsForbidden(target[1..]) && rules.OfAll().HasBelow(target[1..])
                ? null
                : "it must lie below one of the destinations " + rules.OfAll().List
        );

    private static string? Syntax(string path)
    {
        if (path.Length == 0 || path[0] != '/')
        {
            return "it must be absolute";
        }

        if (path.Length > Limits.PathBytes || Encoding.UTF8.GetByteCount(path) > Limits.PathBytes)
        {
            return $"it is longer than {Limits.PathBytes} bytes";
        }

        return PayloadPath.TryValidate(path[1..], out string? error) ? null : error;
    }
}
