using Peipkg.Format.Layout;

namespace Peipkg.Format.Packages;

/// <summary>What the owner of a repository allows it to publish beyond what consumers take from any.</summary>
public sealed record PublishPermissions
{
    /// <summary>The repository is the official one, whose packages may hold drop-in files.</summary>
    public bool Official { get; init; }

    /// <summary>Special system packages may install outside the layout.</summary>
    public bool SpecialSystem { get; init; }

    /// <summary>Packages may have the header forms of reference packers.</summary>
    public bool ReferenceHeaders { get; init; }

    /// <summary>What of the layout is checked.</summary>
    public LayoutChecks Checks { get; init; } = LayoutChecks.All;
}
