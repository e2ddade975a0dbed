namespace Peipkg.Format.Layout;

/// <summary>The maintenance operations that a package may ask for (PSD-009 §4.3); each edition knows some of them.</summary>
public enum SideEffect
{
    /// <summary>Rebuilds the cache of shared libraries.</summary>
    Ldconfig,

    /// <summary>Rebuilds the dependency cache of kernel modules.</summary>
    Depmod,

    /// <summary>Rebuilds the index of man pages.</summary>
    ManDb,
}

/// <summary>The spelling of side effects.</summary>
public static class SideEffects
{
    /// <summary>The spelling of a side effect in documents and recipes.</summary>
    public static string Text(this SideEffect effect) =>
        effect switch
        {
            SideEffect.Ldconfig => "ldconfig",
            SideEffect.Depmod => "depmod",
            SideEffect.ManDb => "man-db",
            _ => throw new ArgumentOutOfRangeException(nameof(effect), effect, "no such side effect"),
        };

    /// <summary>Reads a side effect's spelling, whatever edition knows it.</summary>
    public static bool TryParse(string? text, out SideEffect effect)
    {
        effect = text switch
        {
            "depmod" => SideEffect.Depmod,
            "man-db" => SideEffect.ManDb,
            _ => SideEffect.Ldconfig,
        };
        return text is "ldconfig" or "depmod" or "man-db";
    }
}
