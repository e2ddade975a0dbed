namespace Peipkg.Format.Manifests;

/// <summary>What kind of licence a package is under (PSPU 5.18); the set is closed.</summary>
public enum LicenseClass
{
    /// <summary>Nobody has said; the same as no member at all.</summary>
    Unknown,

    /// <summary>Free software.</summary>
    Free,

    /// <summary>Firmware that may be distributed.</summary>
    Firmware,

    /// <summary>Proprietary.</summary>
    Proprietary,
}

/// <summary>The spelling of licence classes.</summary>
public static class LicenseClasses
{
    /// <summary>All spellings.</summary>
    public static IReadOnlyList<string> Known { get; } = ["unknown", "free", "firmware", "proprietary"];

    /// <summary>The spelling of a class in documents and recipes.</summary>
    public static string Text(this LicenseClass value) => Known[(int)value];

    /// <summary>Reads a class's spelling.</summary>
    public static bool TryParse(string? text, out LicenseClass value)
    {
        int index = Known.TakeWhile(known => known != text).Count();
        value = index < Known.Count ? (LicenseClass)index : LicenseClass.Unknown;
        return index < Known.Count;
    }
}
