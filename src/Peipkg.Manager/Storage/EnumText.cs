namespace Peipkg.Manager.Storage;

/// <summary>The words under which the enumerations are stored and shown.</summary>
internal static class EnumText
{
    public static string Text(this BuildState state) => state switch
    {
        BuildState.Queued => "queued",
        BuildState.Fetching => "fetching",
        BuildState.Building => "building",
        BuildState.Publishing => "publishing",
        BuildState.Syncing => "syncing",
        BuildState.Done => "done",
        BuildState.Failed => "failed",
        _ => "skipped",
    };

    public static string Text(this BuildReason reason) => reason switch
    {
        BuildReason.Poll => "poll",
        BuildReason.Webhook => "webhook",
        BuildReason.Operator => "operator",
        _ => "revision",
    };

    public static string Text(this FailureCause cause) => cause == FailureCause.Recipe ? "recipe" : "infrastructure";

    public static BuildState ParseState(string text) => text switch
    {
        "queued" => BuildState.Queued,
        "fetching" => BuildState.Fetching,
        "building" => BuildState.Building,
        "publishing" => BuildState.Publishing,
        "syncing" => BuildState.Syncing,
        "done" => BuildState.Done,
        "failed" => BuildState.Failed,
        "skipped" => BuildState.Skipped,
        _ => throw new StorageException($"the state database holds an unknown build state \"{text}\""),
    };

    public static BuildReason ParseReason(string text) => text switch
    {
        "poll" => BuildReason.Poll,
        "webhook" => BuildReason.Webhook,
        "operator" => BuildReason.Operator,
        "revision" => BuildReason.Revision,
        _ => throw new StorageException($"the state database holds an unknown build reason \"{text}\""),
    };
}
