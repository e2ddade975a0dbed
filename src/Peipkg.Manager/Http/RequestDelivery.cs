using System.Text.Json;
using Peipkg.Manager.Trials;

namespace Peipkg.Manager.Http;

/// <summary>What a forge's delivery says of a pull or merge request.</summary>
/// <param name="Request">The request; null where the event changes none of its commits.</param>
/// <param name="Closed">Its number, where it was closed or merged.</param>
/// <param name="Target">The branch that it is for.</param>
/// <param name="IsDefault">Whether that is the repository's own default.</param>
internal sealed record RequestDelivery(PullRequest? Request, long? Closed, string? Target, bool IsDefault)
{
    private static readonly string[] Changing =
    [
        "opened",
        "reopened",
        "synchronize",
        "synchronized",
        "open",
        "reopen",
        "update",
    ];
    private static readonly string[] Closing = ["closed", "close", "merge"];

    /// <summary>Reads a payload that has been authenticated.</summary>
    /// <returns>Null where it is none of a request.</returns>
    public static RequestDelivery? Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 64 });
            JsonElement root = document.RootElement;
            return At(root, "pull_request") is { } pull ? Pull(root, pull)
                : At(root, "object_attributes") is { } merge ? Merge(root, merge)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // GitHub, Forgejo and Gitea.
    private static RequestDelivery? Pull(JsonElement root, JsonElement pull) =>
        Of(
            Word(At(root, "action")),
            Number(At(pull, "number")),
            Word(At(pull, "head", "sha")),
            Word(At(pull, "head", "ref")),
            Word(At(pull, "user", "login")),
            Word(At(root, "sender", "login")),
            Word(At(pull, "base", "ref")),
            Word(At(root, "repository", "default_branch"))
        );

    // GitLab names who acted; who made the request is known by number alone.
    private static RequestDelivery? Merge(JsonElement root, JsonElement merge)
    {
        string? sender = Word(At(root, "user", "username"));
        bool isAuthor = Number(At(root, "user", "id")) is { } id && id == Number(At(merge, "author_id"));
        return Of(
            Word(At(merge, "action")),
            Number(At(merge, "iid")),
            Word(At(merge, "last_commit", "id")),
            Word(At(merge, "source_branch")),
            isAuthor ? sender : null,
            sender,
            Word(At(merge, "target_branch")),
            Word(At(root, "project", "default_branch"))
        );
    }

    private static RequestDelivery? Of(
        string? action,
        long? number,
        string? commit,
        string? branch,
        string? author,
        string? sender,
        string? target,
        string? common
    )
    {
        if (number is not > 0 || commit is not { Length: 40 or 64 } || !commit.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        return new RequestDelivery(
            Changing.Contains(action, StringComparer.Ordinal)
                ? new PullRequest(number.Value, commit, branch, author, sender)
                : null,
            Closing.Contains(action, StringComparer.Ordinal) ? number : null,
            target,
            target is not null && target == common
        );
    }

    private static JsonElement? At(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.Null ? null : element;
    }

    private static long? Number(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value) ? value : null;

    private static string? Word(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text
        && text.GetString() is { Length: > 0 and <= 200 } word
        && !word.Any(char.IsControl)
            ? word
            : null;
}
