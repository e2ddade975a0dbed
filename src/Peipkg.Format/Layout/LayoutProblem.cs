namespace Peipkg.Format.Layout;

/// <summary>Which of the layout's rules to check; the safety of paths and targets always is.</summary>
[Flags]
public enum LayoutChecks
{
    /// <summary>Only what guards a consumer's file system.</summary>
    None = 0,

    /// <summary>Permitted destinations of entries and of symlinks.</summary>
    Destinations = 1,

    /// <summary>Side effects that must, must not or should be declared.</summary>
    SideEffects = 2,

    /// <summary>Everything.</summary>
    All = Destinations | SideEffects,
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
