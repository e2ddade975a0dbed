namespace Peipkg.Repo.Verifying;

/// <summary>Something that a verification found.</summary>
/// <param name="Rule">Its stable name in kebab case.</param>
/// <param name="File">The file to look at, below the root, or where it was looked for.</param>
/// <param name="Problem">What is wrong, in a sentence that names the file.</param>
/// <param name="Remedy">What to do; null when there is nothing to be done.</param>
internal sealed record VerificationFinding(string Rule, string File, string Problem, string? Remedy)
{
    /// <summary>Problem and remedy.</summary>
    public override string ToString() => Remedy is null ? Problem : $"{Problem}; {Remedy}";
}

/// <summary>What a verification has found so far.</summary>
internal sealed class VerificationFindings
{
    private readonly List<VerificationFinding> _failures = [];
    private readonly List<VerificationFinding> _notes = [];

    /// <summary>What consumers reject, or what was lost.</summary>
    internal IReadOnlyList<VerificationFinding> Failures => _failures;

    /// <summary>What deserves attention without being a failure.</summary>
    internal IReadOnlyList<VerificationFinding> Notes => _notes;

    /// <summary>How many packages were read.</summary>
    internal int Packages { get; set; }

    internal void Fail(string rule, string file, string problem, string? remedy = null) =>
        _failures.Add(new VerificationFinding(rule, file, problem, remedy));

    internal void Fail(VerificationFinding finding) => _failures.Add(finding);

    internal void Note(string rule, string file, string problem, string? remedy = null) =>
        _notes.Add(new VerificationFinding(rule, file, problem, remedy));

    internal void Note(VerificationFinding finding) => _notes.Add(finding);
}
