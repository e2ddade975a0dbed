using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Whether the farm does its work: upstreams are polled and answer, what is due is begun, what is published goes out, and
/// the disk has room. A failing build is not a problem of the farm, but one of its <see cref="TroubleList"/>.
/// </summary>
internal static class Readiness
{
    /// <summary>What keeps the farm from its work and nobody has acknowledged, in words for an operator.</summary>
    public static IReadOnlyList<string> Problems(IReadOnlyList<Trouble> troubles) =>
        [.. troubles.Where(t => t is { Severity: TroubleSeverity.Error, Acknowledged: null }).Select(t => t.Text)];

    /// <summary>How many there are of a severity that nobody has acknowledged.</summary>
    public static int Count(IReadOnlyList<Trouble> troubles, TroubleSeverity severity) =>
        troubles.Count(t => t.Severity == severity && t.Acknowledged is null);
}
