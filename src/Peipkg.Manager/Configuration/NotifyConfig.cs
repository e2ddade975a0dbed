using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Manager.Storage;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary>One <c>[[notify]]</c>: who is told of which events.</summary>
/// <param name="Command">A program with its arguments, which gets the event in variables; null for a URL.</param>
/// <param name="Url">Where the event is sent by POST; null for a command. May hold a token: never shown.</param>
/// <param name="Events">Words of <see cref="EventKind"/>.</param>
/// <param name="Timeout">How long telling may take.</param>
internal sealed record NotifyConfig(
    IReadOnlyList<string>? Command,
    Uri? Url,
    IReadOnlyList<string> Events,
    TimeSpan Timeout
)
{
    /// <summary>How long what came of builds is gathered, to be told in one; zero: it is told at once.</summary>
    public TimeSpan Digest { get; init; }

    /// <summary>Whether an event is told.</summary>
    public bool Tells(string kind) => Events.Contains(kind, StringComparer.Ordinal);

    /// <summary>Whether an event is told with others; troubles are told at once.</summary>
    public bool Gathers(string kind) =>
        Digest > TimeSpan.Zero && Tells(kind) && Results.Contains(kind, StringComparer.Ordinal);

    /// <summary>What may come of a build, from the worst.</summary>
    public static IReadOnlyList<string> Results { get; } =
    [EventKind.GivenUp, EventKind.Failed, EventKind.Held, EventKind.Recovered, EventKind.Published];

    /// <summary>The events that can be asked for.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        EventKind.Failed,
        EventKind.GivenUp,
        EventKind.Recovered,
        EventKind.Published,
        EventKind.Held,
        EventKind.TagMoved,
        EventKind.PollFailed,
        EventKind.PollRecovered,
        EventKind.SyncFailed,
        EventKind.SyncRecovered,
        EventKind.SyncDiffers,
        EventKind.DiskLow,
        EventKind.DiskRecovered,
        EventKind.Trouble,
        EventKind.TroubleOver,
    ];

    private static readonly string[] Usual =
    [
        EventKind.Failed,
        EventKind.GivenUp,
        EventKind.Recovered,
        EventKind.Held,
        EventKind.TagMoved,
        EventKind.SyncFailed,
        EventKind.SyncRecovered,
        EventKind.SyncDiffers,
        EventKind.DiskLow,
        EventKind.DiskRecovered,
        EventKind.Trouble,
        EventKind.TroubleOver,
    ];

    /// <summary>What is told, for the log: never a token.</summary>
    public string Name => Command is [var program, ..] ? Path.GetFileName(program) : Url?.Host ?? "";

    /// <summary>Reads every <c>[[notify]]</c>; problems go to the file's list.</summary>
    public static IReadOnlyList<NotifyConfig> Read(TomlFile file)
    {
        List<NotifyConfig> all = [];
        foreach (TomlSection section in file.Sections("notify"))
        {
            string[] command = [.. section.Strings("command").Select(word => word.Value)];
            Uri? url = section.Parsed<Uri>("url", ParseUrl)?.Value;
            IReadOnlyList<Located<string>> events = section.Strings("events");
            TimeSpan timeout = section.BoundedDuration("timeout") ?? TimeSpan.FromSeconds(30);
            TimeSpan digest = section.Parsed<TimeSpan>("digest", GoDuration.TryParse)?.Value ?? TimeSpan.Zero;
            foreach (Located<string> unknown in events.Where(e => !Known.Contains(e.Value, StringComparer.Ordinal)))
            {
                section.Problems.Error(
                    unknown.Position,
                    $"events in {section.Label}: \"{unknown.Value}\" is none of {string.Join(", ", Known)}{NearestName.Suggestion(unknown.Value, Known)}"
                );
            }

            if (section.Has("command") == section.Has("url"))
            {
                section.Problems.Error(section.Position, $"{section.Label} needs either command or url");
            }
            else if (section.Has("command") && (command.Length == 0 || !command[0].StartsWith('/')))
            {
                section.Problems.Error(
                    section.PositionOf("command"),
                    $"command in {section.Label}: name the program by its absolute path"
                );
            }

            section.Finish();
            all.Add(
                new NotifyConfig(
                    command.Length > 0 ? command : null,
                    url,
                    section.Has("events") ? [.. events.Select(e => e.Value)] : Usual,
                    timeout
                )
                {
                    Digest = digest,
                }
            );
        }

        if (all.Count == 0)
        {
            return [];
        }

        return all;
    }

    private static bool ParseUrl(string? text, out Uri value, [NotNullWhen(false)] out string? error)
    {
        bool good = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
        value = url!;
        error = good ? null : "write a URL that begins with https:// or http://";
        return good;
    }
}
