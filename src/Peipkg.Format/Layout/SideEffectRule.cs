namespace Peipkg.Format.Layout;

/// <summary>What an entry says about a side effect.</summary>
public enum Evidence
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The package may declare it.</summary>
    Permits,

    /// <summary>The package must declare it.</summary>
    Demands,
}

/// <summary>When a package declares a side effect.</summary>
/// <param name="Effect">The side effect.</param>
/// <param name="Judge">What an entry that is no directory says about it, by path and kind.</param>
/// <param name="Absence">What a package lacks that declares it without cause, for messages.</param>
/// <param name="Missing">How bad it is not to declare it where an entry demands it.</param>
/// <param name="Causeless">How bad it is to declare it without cause; null where nobody minds.</param>
public sealed record SideEffectRule(
    SideEffect Effect,
    Func<string, PayloadKind, Evidence> Judge,
    string Absence,
    LayoutSeverity Missing,
    LayoutSeverity? Causeless
);
