using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>A recipe's <c>[watch]</c>: how the manager learns of new versions.</summary>
/// <param name="GithubWebhook">Whether webhooks trigger a poll.</param>
/// <param name="PollInterval">The time between polls, at least a minute; null for the manager's default.</param>
/// <param name="Position">Where the section begins.</param>
public sealed record Watch(bool GithubWebhook, TimeSpan? PollInterval, TomlPosition Position)
{
    /// <summary>Reads the section; what is wrong with it goes to the file's problems.</summary>
    /// <returns>The section, or null where there is none.</returns>
    public static Watch? Read(TomlFile file)
    {
        if (file.Section("watch") is not { } section)
        {
            return null;
        }

        Located<bool>? webhook = section.Boolean("github_webhook");
        Located<TimeSpan>? interval = section.Parsed<TimeSpan>("poll_interval", GoDuration.TryParseInterval, rule: RecipeRule.Duration);
        section.Finish();
        if (file.Root.Find("upstream") is null)
        {
            file.Problems.Warning(section.Position, "[watch] has no effect without [upstream]", RecipeRule.Ineffective);
        }

        return new Watch(webhook?.Value ?? false, interval?.Value, section.Position);
    }
}
