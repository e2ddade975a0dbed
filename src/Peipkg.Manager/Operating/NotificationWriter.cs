using System.Globalization;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Operating;

/// <summary>Puts events into words for people, with whom they concern and where to look.</summary>
internal sealed class NotificationWriter(FarmStores stores, Func<RecipeRoster> roster, Redactor redactor)
{
    // Together they fit into a variable of a process, of which the kernel allows 128 KiB, however they are escaped.
    private const int MostListed = 40;
    private const int LongestListed = 160;

    /// <summary>The message about one event.</summary>
    public Notification Of(FarmEvent what)
    {
        string? url = Link(what);
        return new Notification
        {
            FarmId = stores.Config.FarmId,
            Event = what.Kind,
            Recipe = what.Recipe,
            Version = what.Version,
            Build = what.AttemptId,
            At = what.At.Text(),
            Detail = redactor.Clean(what.Detail),
            Text = redactor.Clean($"{stores.Config.FarmId}: {Sentence(what, what.Detail)}{After(url)}"),
            Owners = Owners(what),
            Url = url,
        };
    }

    /// <summary>The messages about several: one for each owner, and one for what has none.</summary>
    /// <param name="events">Oldest first; of a version only the latest is told.</param>
    public IEnumerable<Notification> Digests(IReadOnlyList<FarmEvent> events) =>
        events
            .GroupBy(what => (what.Recipe, what.Version))
            .Select(story => story.MaxBy(what => what.Id)!)
            .SelectMany(what => Owners(what).DefaultIfEmpty("").Select(owner => (Owner: owner, What: what)))
            .GroupBy(told => told.Owner, told => told.What, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Digest(group.Key, [.. group]));

    private Notification Digest(string owner, IReadOnlyList<FarmEvent> events)
    {
        FarmEvent[] listed =
        [
            .. events.OrderBy(what => Rank(what.Kind)).ThenByDescending(what => what.Id).Take(MostListed),
        ];
        string counts = string.Join(
            ", ",
            events
                .GroupBy(what => what.Kind, StringComparer.Ordinal)
                .OrderBy(group => Rank(group.Key))
                .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}"))
        );
        int more = events.Count - listed.Length;
        string lines = string.Concat(
            listed.Select(what => $"\n{Sentence(what, Short(what.Detail))}{After(Link(what))}")
        );
        return new Notification
        {
            FarmId = stores.Config.FarmId,
            Event = Notification.Digest,
            Recipe = null,
            Version = null,
            Build = null,
            At = events.Max(what => what.At).Text(),
            Detail = counts,
            Text = redactor.Clean(
                $"{stores.Config.FarmId}: {counts}{lines}{(more > 0 ? $"\nand {more.ToString(CultureInfo.InvariantCulture)} more" : "")}"
            ),
            Owners = owner.Length > 0 ? [owner] : [],
            Url = stores.Config.Http.PublicUrl is { } farm ? farm + "/" : null,
            Events =
            [
                .. listed.Select(what => new GatheredEvent(
                    what.Kind,
                    what.Recipe,
                    what.Version,
                    what.AttemptId,
                    what.At.Text(),
                    redactor.Clean(Short(what.Detail)),
                    Link(what)
                )),
            ],
            More = more,
        };
    }

    private static int Rank(string kind)
    {
        IReadOnlyList<string> results = NotifyConfig.Results;
        int rank = 0;
        while (rank < results.Count && results[rank] != kind)
        {
            rank++;
        }

        return rank;
    }

    private static string After(string? url) => url is null ? "" : " " + url;

    private static string Sentence(FarmEvent what, string detail)
    {
        string about = (what.Recipe, what.Version) switch
        {
            ({ } recipe, { } version) => $"{recipe} {version}",
            ({ } recipe, null) => recipe,
            _ => "the farm",
        };
        return $"{about}: {what.Kind}{(detail.Length > 0 ? ": " + detail : "")}";
    }

    private static string Short(string detail)
    {
        string line = detail.Split('\n', 2)[0];
        return line.Length > LongestListed ? line[..LongestListed] + "…" : line;
    }

    // The detail of an event about a trouble begins with the trouble's key.
    private static string? TroubleOf(FarmEvent what) =>
        what.Kind is EventKind.Trouble or EventKind.TroubleOver ? what.Detail.Split(": ", 2)[0] : null;

    private IReadOnlyList<string> Owners(FarmEvent what) =>
        (what.Recipe ?? (TroubleOf(what) is { } key ? Trouble.RecipeOf(key) : null)) is { } recipe
            ? roster().Find(recipe)?.Document.Watch?.Owners ?? []
            : [];

    private string? Link(FarmEvent what) =>
        stores.Config.Http.PublicUrl is not { } farm ? null
        : TroubleOf(what) is { } key ? $"{farm}/#{Trouble.Anchor(key)}"
        : what.AttemptId is { } attempt ? $"{farm}/builds/{attempt.ToString(CultureInfo.InvariantCulture)}"
        : what.Recipe is { } recipe ? $"{farm}/recipes/{Uri.EscapeDataString(recipe)}"
        : farm + "/";
}
