namespace Peipkg.Format.Layout;

/// <summary>Which of the layout's rules to check; the safety of paths and targets always is.</summary>
[Flags]
public enum LayoutChecks
{
    /// <summary>Only what guards a consumer's file system.</summary>
    None = 0,

    /// <summary>Permitted destinations of entries and of symlinks, and the places of libraries.</summary>
    Destinations = 1,

    /// <summary>Side effects that must, must not or should be declared.</summary>
    SideEffects = 2,

    /// <summary>Everything.</summary>
    All = Destinations | SideEffects,
}

/// <summary>For whom a package is judged.</summary>
public enum LayoutRole
{
    /// <summary>For a consumer that has the package: it refuses what the edition lets it refuse.</summary>
    Reader,

    /// <summary>For a producer that is to write it: it refuses also what would do no harm but never any good.</summary>
    Producer,
}

/// <summary>How bad a layout problem is.</summary>
public enum LayoutSeverity
{
    /// <summary>The package is fine without the advice.</summary>
    Warning,

    /// <summary>A consumer must reject the package.</summary>
    Error,
}

/// <summary>One violation of the payload's layout.</summary>
/// <param name="Severity">Whether the package may exist all the same.</param>
/// <param name="Rule">The rule's stable name in kebab case.</param>
/// <param name="Path">The entry concerned, or empty for the package as a whole.</param>
/// <param name="Message">A sentence for people that names the entry, escaped for a terminal.</param>
public sealed record LayoutProblem(LayoutSeverity Severity, string Rule, string Path, string Message)
{
    /// <summary>The sentence and the rule's name.</summary>
    public override string ToString() => $"{Message} ({Rule})";
}
