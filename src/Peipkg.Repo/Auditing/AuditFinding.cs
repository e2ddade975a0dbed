namespace Peipkg.Repo.Auditing;

/// <summary>Something an audit found.</summary>
/// <param name="Rule">What it is about.</param>
/// <param name="Packages">The names concerned, the one to blame first.</param>
/// <param name="Message">What was found, for people.</param>
/// <param name="Keys">
/// What makes it the same finding in another generation, whatever the versions: a finding is new when one of its keys is.
/// </param>
internal sealed record AuditFinding(
    AuditRule Rule,
    IReadOnlyList<string> Packages,
    string Message,
    IReadOnlyList<string> Keys
)
{
    /// <summary>The name that is lacking and who lacks it; null where that is not what was found.</summary>
    internal MissingName? Missing { get; init; }

    /// <summary>A finding with one key.</summary>
    internal static AuditFinding Of(AuditRule rule, string package, string message, string key) =>
        new(rule, [package], message, [$"{rule.Id} {package} {key}"]);

    public override string ToString() => $"{Rule.SeverityText}: {Packages[0]}: {Message}; {Rule.Remedy} ({Rule.Id})";
}

/// <summary>A name that nothing satisfies.</summary>
/// <param name="Name">The name.</param>
/// <param name="Dependent">Who needs or suggests it, with the constraint.</param>
/// <param name="Reason">Why nothing satisfies it.</param>
internal sealed record MissingName(string Name, string Dependent, string Reason);
