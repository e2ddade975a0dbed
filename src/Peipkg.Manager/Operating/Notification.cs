using System.Text.Json.Serialization;

namespace Peipkg.Manager.Operating;

/// <summary>The message that commands and webhooks get: an event, or what came of several builds.</summary>
internal sealed record Notification
{
    /// <summary>The event of a message that tells of several.</summary>
    public const string Digest = "digest";

    public required string FarmId { get; init; }

    public required string Event { get; init; }

    public required string? Recipe { get; init; }

    public required string? Version { get; init; }

    public required long? Build { get; init; }

    public required string At { get; init; }

    public required string Detail { get; init; }

    /// <summary>All of it in a sentence, under the name that chat services take; of several, a line for each.</summary>
    public required string Text { get; init; }

    /// <summary>The owners of the recipe; of several events, the one owner whom the message is for.</summary>
    public required IReadOnlyList<string> Owners { get; init; }

    /// <summary>The page that shows it; null where the farm has no public address.</summary>
    public required string? Url { get; init; }

    /// <summary>The several, the worst first; null of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<GatheredEvent>? Events { get; init; }

    /// <summary>How many more there are than are listed; null of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? More { get; init; }
}

/// <summary>One of several events in a message.</summary>
internal sealed record GatheredEvent(
    string Event,
    string? Recipe,
    string? Version,
    long? Build,
    string At,
    string Detail,
    string? Url
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Notification))]
internal sealed partial class NotificationJson : JsonSerializerContext;
