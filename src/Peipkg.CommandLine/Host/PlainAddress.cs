using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;

namespace Peipkg.CommandLine.Host;

/// <summary>The warning of an address without encryption.</summary>
public static class PlainAddress
{
    /// <summary>Tells that what is fetched can be watched and delayed on its way, though not forged, where that is so.</summary>
    public static void WarnIfPlain(this RepositoryAddress address, Diagnostics diagnostics)
    {
        if (address.IsPlain)
        {
            diagnostics.Warning(
                $"{address} is not encrypted: others see what is fetched, and can withhold news though not forge it"
            );
        }
    }
}
