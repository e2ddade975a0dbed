using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>A recipe's <c>[watch]</c>: how the manager learns of new versions.</summary>
/// <param name="PollInterval">The time between polls, at least a minute; null for the manager's default.</param>
/// <param name="Position">Where the section begins.</param>
public sealed record Watch(TimeSpan? PollInterval, TomlPosition Position)
{
    private const int LongestOwner = 200;
    private const int MostOwners = 20;

    private static readonly string[] BackfillWords = ["all", "latest"];

    /// <summary>Whether GitHub's webhooks trigger a poll.</summary>
    public bool GithubWebhook { get; init; }

    /// <summary>Whether the webhooks of Forgejo and Gitea do.</summary>
    public bool ForgejoWebhook { get; init; }

    /// <summary>Whether GitLab's webhooks do.</summary>
    public bool GitlabWebhook { get; init; }

    /// <summary>Whether any webhook triggers a poll.</summary>
    public bool ListensToForge => GithubWebhook || ForgejoWebhook || GitlabWebhook;

    /// <summary>How many of the versions that an upstream has at first contact are built, the newest; null for all.</summary>
    public long? Backfill { get; init; }

    /// <summary>Who answers for the recipe: mail addresses, or names that the farm's operator knows.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>Reads the section; what is wrong with it goes to the file's problems.</summary>
    /// <returns>The section, or null where there is none.</returns>
    public static Watch? Read(TomlFile file)
    {
        if (file.Section("watch") is not { } section)
        {
            return null;
        }

        Watch watch = new(
            section.Parsed<TimeSpan>("poll_interval", GoDuration.TryParseInterval, rule: RecipeRule.Duration)?.Value,
            section.Position
        )
        {
            GithubWebhook = section.Boolean("github_webhook")?.Value ?? false,
            ForgejoWebhook = section.Boolean("forgejo_webhook")?.Value ?? false,
            GitlabWebhook = section.Boolean("gitlab_webhook")?.Value ?? false,
            Backfill = ReadBackfill(section),
            Owners = ReadOwners(section),
        };
        section.Finish();
        if (file.Root.Find("upstream") is null)
        {
            file.Problems.Warning(section.Position, "[watch] has no effect without [upstream]", RecipeRule.Ineffective);
        }

        return watch;
    }

    // They travel in lists and in headers of mail.
    private static string[] ReadOwners(TomlSection section)
    {
        List<string> owners = [];
        foreach (Located<string> owner in section.Strings("owners"))
        {
            if (
                owner.Value.Length is 0 or > LongestOwner
                || owner.Value.Trim() != owner.Value
                || owner.Value.StartsWith('-')
                || owner.Value.Any(c => char.IsControl(c) || c is ',' or ';' or '<' or '>')
            )
            {
                section.Problems.Error(
                    owner.Position,
                    $"owners in {section.Label}: write a mail address or a name of 1 to {LongestOwner} characters, without \",\", \";\", \"<\" and \">\""
                );
            }
            else if (!owners.Contains(owner.Value, StringComparer.Ordinal))
            {
                owners.Add(owner.Value);
            }
        }

        if (owners.Count > MostOwners)
        {
            section.Problems.Error(
                section.PositionOf("owners"),
                $"owners in {section.Label} names {owners.Count}; more than {MostOwners} are a mailing list"
            );
        }

        // Recipes are compared by their values, and a list is not one.
        if (owners.Count == 0)
        {
            return [];
        }

        return [.. owners];
    }

    private static long? ReadBackfill(TomlSection section)
    {
        if (section.IsString("backfill"))
        {
            return section.Parsed<long?>("backfill", ParseBackfill)?.Value;
        }

        Located<long>? count = section.Integer("backfill");
        if (count is { Value: < 0 })
        {
            section.Problems.Error(count.Value.Position, $"backfill in {section.Label} must not be negative");
        }

        return count?.Value;
    }

    private static bool ParseBackfill(string? text, out long? value, [NotNullWhen(false)] out string? error)
    {
        value = text == "latest" ? 1 : null;
        error = BackfillWords.Contains(text, StringComparer.Ordinal)
            ? null
            : $"\"{text}\" is neither \"all\" nor \"latest\" nor a number{NearestName.Suggestion(text ?? "", BackfillWords)}";
        return error is null;
    }
}
