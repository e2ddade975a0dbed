using Peipkg.Format.Attestations;

namespace Peipkg.Manager.Storage;

/// <summary>The words under which the enumerations are stored and shown.</summary>
internal static class EnumText
{
    private static readonly Words<BuildState> States = new(
        "build state",
        (BuildState.Queued, "queued"),
        (BuildState.Fetching, "fetching"),
        (BuildState.Building, "building"),
        (BuildState.Publishing, "publishing"),
        (BuildState.Held, "held"),
        (BuildState.Syncing, "syncing"),
        (BuildState.Done, "done"),
        (BuildState.Failed, "failed"),
        (BuildState.Skipped, "skipped")
    );

    private static readonly Words<BuildReason> Reasons = new(
        "build reason",
        (BuildReason.Poll, "poll"),
        (BuildReason.Webhook, "webhook"),
        (BuildReason.Operator, "operator"),
        (BuildReason.Revision, "revision")
    );

    private static readonly Words<BuildHold> Holds = new(
        "hold",
        (BuildHold.GivenUp, "given-up"),
        (BuildHold.Cancelled, "cancelled"),
        (BuildHold.Rejected, "rejected")
    );

    private static readonly Words<FailureCause> Causes = new(
        "cause",
        (FailureCause.Recipe, "recipe"),
        (FailureCause.Infrastructure, "infrastructure")
    );

    private static readonly Words<RebuildOutcome> Outcomes = new(
        "verdict",
        [.. Enum.GetValues<RebuildOutcome>().Select(outcome => (outcome, RebuildVerdict.Text(outcome)))]
    );

    private static readonly Words<TroubleSeverity> Severities = new(
        "severity",
        (TroubleSeverity.Warning, "warning"),
        (TroubleSeverity.Error, "error")
    );

    private static readonly Words<TrialState> Trials = new(
        "trial state",
        (TrialState.Received, "received"),
        (TrialState.Waiting, "waiting"),
        (TrialState.Queued, "queued"),
        (TrialState.Running, "running"),
        (TrialState.Passed, "passed"),
        (TrialState.Failed, "failed"),
        (TrialState.Error, "error"),
        (TrialState.Cancelled, "cancelled")
    );

    public static string Text(this TrialState state) => Trials.Text(state);

    public static string Text(this BuildState state) => States.Text(state);

    public static string Text(this BuildReason reason) => Reasons.Text(reason);

    /// <summary>Null for none.</summary>
    public static string? Text(this BuildHold hold) => hold == BuildHold.None ? null : Holds.Text(hold);

    public static string Text(this FailureCause cause) => Causes.Text(cause);

    public static string Text(this TroubleSeverity severity) => Severities.Text(severity);

    /// <exception cref="StorageException">The database holds a word that is none.</exception>
    public static BuildState ParseState(string text) => States.Parse(text);

    /// <inheritdoc cref="ParseState"/>
    public static TrialState ParseTrial(string text) => Trials.Parse(text);

    /// <inheritdoc cref="ParseState"/>
    public static BuildReason ParseReason(string text) => Reasons.Parse(text);

    /// <inheritdoc cref="ParseState"/>
    public static BuildHold ParseHold(string? text) => text is null ? BuildHold.None : Holds.Parse(text);

    /// <inheritdoc cref="ParseState"/>
    public static FailureCause ParseCause(string text) => Causes.Parse(text);

    /// <inheritdoc cref="ParseState"/>
    public static RebuildOutcome ParseOutcome(string text) => Outcomes.Parse(text);

    /// <inheritdoc cref="ParseState"/>
    public static TroubleSeverity ParseSeverity(string text) => Severities.Parse(text);

    private sealed class Words<T>(string what, params (T Value, string Text)[] words)
        where T : struct, Enum
    {
        public string Text(T value) => Array.Find(words, word => word.Value.Equals(value)).Text;

        public T Parse(string text) =>
            Array.FindIndex(words, word => word.Text == text) is >= 0 and int index
                ? words[index].Value
                : throw new StorageException($"the state database holds an unknown {what} \"{text}\"");
    }
}
