namespace Peipkg.Repo.Operations;

/// <summary>What an audit has found so far.</summary>
internal sealed class Findings
{
    private readonly List<string> _failures = [];
    private readonly List<string> _notes = [];

    /// <summary>Each problem with its file and what to do.</summary>
    internal IReadOnlyList<string> Failures => _failures;

    /// <summary>What deserves attention without being a failure.</summary>
    internal IReadOnlyList<string> Notes => _notes;

    /// <summary>How many package files were hashed.</summary>
    internal int Hashed { get; set; }

    internal void Fail(string text) => _failures.Add(text);

    internal void Note(string text) => _notes.Add(text);
}
