using System.Collections.Frozen;

namespace Peipkg.Format.Archive;

/// <summary>What an edition says about the forms of headers (§3.1.4, 5.11).</summary>
public sealed class HeaderRules
{
    /// <summary>The forms that a producer of the edition writes; each wherever it applies.</summary>
    public required FrozenSet<HeaderForm> Written { get; init; }

    /// <summary>The forms that readers take besides those; tools name them as habits of other producers.</summary>
    public required FrozenSet<HeaderForm> Taken { get; init; }

    /// <summary>
    /// The forms that the edition refuses but reference packers write: readers take them when they are told to.
    /// </summary>
    public required FrozenSet<HeaderForm> Reference { get; init; }

    /// <summary>Whether a reader takes a form.</summary>
    /// <param name="form">The form.</param>
    /// <param name="allowReference">Whether the forms of reference packers are allowed too.</param>
    public bool Takes(HeaderForm form, bool allowReference) =>
        Written.Contains(form) || Taken.Contains(form) || (allowReference && Reference.Contains(form));
}
