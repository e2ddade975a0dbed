using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Http;

/// <summary>How one kind of forge delivers: its headers, how it proves itself, which of its events may mean a tag.</summary>
internal abstract class Forge
{
    private static readonly string[] PushEvents = ["push", "create", "release"];

    private Forge(string name) => Name = name;

    public static Forge Github { get; } = new GithubForge();

    /// <summary>Forgejo and Gitea, which send the same under two names.</summary>
    public static Forge Forgejo { get; } = new ForgejoForge();

    public static Forge Gitlab { get; } = new GitlabForge();

    public static IReadOnlyList<Forge> All { get; } = [Github, Forgejo, Gitlab];

    /// <summary>As in the configuration, in recipes and in the path.</summary>
    public string Name { get; }

    /// <summary>Where it delivers to.</summary>
    public virtual IReadOnlyList<string> Paths => ["/webhooks/" + Name];

    /// <summary>Whether a recipe listens to it.</summary>
    public abstract bool IsHeardBy(Watch watch);

    /// <summary>What the delivery calls itself, for the log.</summary>
    public abstract string? Delivery(IHeaderDictionary headers);

    /// <summary>What a delivery must have before its body is read: a token, or at least a signature to compare.</summary>
    public virtual bool MayBeRead(IHeaderDictionary headers, WebhookSecrets secrets) => true;

    /// <summary>Whether a delivery is authentic.</summary>
    public abstract bool IsAuthentic(IHeaderDictionary headers, ReadOnlySpan<byte> body, WebhookSecrets secrets);

    /// <summary>Whether a delivery is about a pull or merge request.</summary>
    public abstract bool IsOfRequest(IHeaderDictionary headers);

    /// <summary>Why an authentic delivery needs no look at the upstream; null when it does.</summary>
    public abstract string? WhyIdle(IHeaderDictionary headers);

    protected static string? Header(IHeaderDictionary headers, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if ((string?)headers[name] is { Length: > 0 and <= 200 } value)
            {
                return value;
            }
        }

        return null;
    }

    private static string? WhyNoPush(string? kind) =>
        kind switch
        {
            "ping" => "pong",
            null => null,
            _ when PushEvents.Contains(kind, StringComparer.Ordinal) => null,
            _ => "this event brings no tags",
        };

    private static bool TrySplit(string? header, string prefix, [NotNullWhen(true)] out string? signature)
    {
        signature = header?.StartsWith(prefix, StringComparison.Ordinal) == true ? header[prefix.Length..] : null;
        return signature is not null;
    }

    private sealed class GithubForge() : Forge("github")
    {
        public override bool IsHeardBy(Watch watch) => watch.GithubWebhook;

        public override string? Delivery(IHeaderDictionary headers) => Header(headers, "X-GitHub-Delivery");

        public override bool MayBeRead(IHeaderDictionary headers, WebhookSecrets secrets) =>
            Header(headers, "X-Hub-Signature-256") is not null;

        public override bool IsAuthentic(IHeaderDictionary headers, ReadOnlySpan<byte> body, WebhookSecrets secrets) =>
            TrySplit(Header(headers, "X-Hub-Signature-256"), "sha256=", out string? signature)
            && secrets.Verify(body, signature);

        public override bool IsOfRequest(IHeaderDictionary headers) =>
            Header(headers, "X-GitHub-Event") is "pull_request";

        public override string? WhyIdle(IHeaderDictionary headers) => WhyNoPush(Header(headers, "X-GitHub-Event"));
    }

    private sealed class ForgejoForge() : Forge("forgejo")
    {
        public override IReadOnlyList<string> Paths => ["/webhooks/forgejo", "/webhooks/gitea"];

        public override bool IsHeardBy(Watch watch) => watch.ForgejoWebhook;

        public override string? Delivery(IHeaderDictionary headers) =>
            Header(headers, "X-Forgejo-Delivery", "X-Gitea-Delivery");

        public override bool MayBeRead(IHeaderDictionary headers, WebhookSecrets secrets) =>
            Header(headers, "X-Forgejo-Signature", "X-Gitea-Signature") is not null;

        public override bool IsAuthentic(IHeaderDictionary headers, ReadOnlySpan<byte> body, WebhookSecrets secrets) =>
            Header(headers, "X-Forgejo-Signature", "X-Gitea-Signature") is { } signature
            && secrets.Verify(body, signature);

        public override bool IsOfRequest(IHeaderDictionary headers) =>
            Header(headers, "X-Forgejo-Event", "X-Gitea-Event") is "pull_request";

        public override string? WhyIdle(IHeaderDictionary headers) =>
            WhyNoPush(Header(headers, "X-Forgejo-Event", "X-Gitea-Event"));
    }

    private sealed class GitlabForge() : Forge("gitlab")
    {
        private static readonly string[] TagEvents = ["Push Hook", "Tag Push Hook", "Release Hook", "System Hook"];

        public override bool IsHeardBy(Watch watch) => watch.GitlabWebhook;

        public override string? Delivery(IHeaderDictionary headers) =>
            Header(headers, "X-Gitlab-Event-UUID", "X-Gitlab-Webhook-UUID", "Idempotency-Key");

        // Its token is in a header: a stranger's body need not be read at all.
        public override bool MayBeRead(IHeaderDictionary headers, WebhookSecrets secrets) =>
            Header(headers, "X-Gitlab-Token") is { } token && secrets.Accept(token);

        public override bool IsAuthentic(IHeaderDictionary headers, ReadOnlySpan<byte> body, WebhookSecrets secrets) =>
            MayBeRead(headers, secrets);

        public override bool IsOfRequest(IHeaderDictionary headers) =>
            Header(headers, "X-Gitlab-Event") is "Merge Request Hook";

        public override string? WhyIdle(IHeaderDictionary headers) =>
            Header(headers, "X-Gitlab-Event") is { } kind && !TagEvents.Contains(kind, StringComparer.Ordinal)
                ? "this event brings no tags"
                : null;
    }
}
