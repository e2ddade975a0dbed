using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Watching;

/// <summary>
/// When each recipe is polled next. Pure: the clock and the jitter come with each call, so that the loop beside it
/// holds no policy and this class no time. Not thread-safe.
/// </summary>
/// <remarks>
/// A recipe's interval is a promise about how late a tag may be noticed, so everything here only ever shortens it: jitter
/// by a little, and a tag that has just appeared by a half, since another often follows. An upstream where nothing
/// happens is back at its whole interval after a few polls. A trigger that arrives while the recipe is being polled
/// makes it due again right after: the listing under way may have been taken before the tag appeared. Any number of
/// triggers coalesce into that one poll; and where they keep coming and bring nothing, into one a second.
/// </remarks>
/// <param name="hosts">Which hosts may be asked now.</param>
internal sealed class PollSchedule(HostGate hosts)
{
    /// <summary>At most this part of an interval is cut off by jitter.</summary>
    public const double JitterPart = 0.1;

    /// <summary>After this many polls without news an upstream is polled at its whole interval.</summary>
    public const int IdleAfter = 4;

    /// <summary>So many triggered polls in a row may be in vain before the next waits for <see cref="VainPause"/>.</summary>
    public const int VainPolls = 3;

    /// <summary>Between polls that triggers asked for in vain: deliveries of a burst arrive faster than they are polled.</summary>
    public static readonly TimeSpan VainPause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private DateTimeOffset _seen = DateTimeOffset.MinValue;

    /// <summary>
    /// Takes over a roster: new and changed recipes are due at once, others keep their time unless their interval became
    /// shorter, and those that are gone are forgotten.
    /// </summary>
    public void Reload(IEnumerable<PollTarget> roster, DateTimeOffset now)
    {
        Follow(now);
        Dictionary<string, PollTarget> wanted = roster.ToDictionary(r => r.Recipe, StringComparer.Ordinal);
        foreach (string gone in _entries.Keys.Where(r => !wanted.ContainsKey(r)).ToList())
        {
            _entries.Remove(gone);
        }

        foreach ((string recipe, PollTarget target) in wanted)
        {
            if (!_entries.TryGetValue(recipe, out Entry? entry))
            {
                _entries.Add(recipe, new Entry { Target = target, Due = now });
                continue;
            }

            bool changed = entry.Target.State != target.State;
            entry.Due = changed ? now : Min(entry.Due, now + target.Interval);
            entry.Target = target;
            if (changed && entry.Polling is not null)
            {
                // What runs has begun with the recipe as it was.
                entry.Again ??= PollTrigger.Interval;
            }
        }
    }

    /// <summary>Makes a recipe due now.</summary>
    /// <returns>False when the recipe is not on the roster.</returns>
    public bool Trigger(string recipe, PollTrigger trigger, DateTimeOffset now)
    {
        Follow(now);
        if (!_entries.TryGetValue(recipe, out Entry? entry))
        {
            return false;
        }

        if (entry.Polling is not null)
        {
            entry.Again = trigger;
        }
        else
        {
            entry.Due = Min(entry.Due, entry.Vain < VainPolls ? now : Max(now, entry.Ended + VainPause));
            entry.Trigger = trigger;
        }

        return true;
    }

    /// <summary>
    /// Takes the recipe that has been due longest and whose host may be asked, and marks it as being polled; null when
    /// there is none.
    /// </summary>
    /// <param name="now">The present.</param>
    /// <param name="among">The only ones that are taken; null for all.</param>
    public DuePoll? Take(DateTimeOffset now, IReadOnlySet<string>? among = null)
    {
        Follow(now);
        (string Recipe, Entry Entry)? next = null;
        foreach ((string recipe, Entry entry) in _entries)
        {
            if (
                entry.Polling is null
                && entry.Due <= now
                && among?.Contains(recipe) != false
                && (next is null || (entry.Due, recipe).CompareTo((next.Value.Entry.Due, next.Value.Recipe)) < 0)
                && hosts.MayBegin(entry.Target.Host, now)
            )
            {
                next = (recipe, entry);
            }
        }

        if (next is not { } found)
        {
            return null;
        }

        DuePoll poll = new(found.Recipe, found.Entry.Trigger, found.Entry.Target.Host, now);
        hosts.Begin(poll.Host);
        found.Entry.Polling = poll;
        found.Entry.Trigger = PollTrigger.Interval;
        return poll;
    }

    /// <summary>A poll ended, well or not; the recipe's next time counts from its start.</summary>
    /// <param name="poll">As taken.</param>
    /// <param name="result">What it brought.</param>
    /// <param name="now">The present.</param>
    /// <param name="jitter">A random number from 0 up to 1.</param>
    /// <returns>How long its host is left alone from now; null when it is not.</returns>
    public TimeSpan? Complete(DuePoll poll, PollResult result, DateTimeOffset now, double jitter)
    {
        Follow(now);
        TimeSpan? pause = hosts.End(poll.Host, result.Host, now);
        if (!_entries.TryGetValue(poll.Recipe, out Entry? entry) || !ReferenceEquals(entry.Polling, poll))
        {
            return pause;
        }

        entry.Polling = null;
        entry.Ended = now;
        entry.Vain =
            result.News || result.Queued ? 0
            : poll.Trigger == PollTrigger.Webhook ? entry.Vain + 1
            : entry.Vain;
        entry.Quiet = result.News ? 0 : Math.Min(entry.Quiet + 1, IdleAfter);
        if (entry.Again is { } trigger)
        {
            entry.Trigger = trigger;
            entry.Again = null;
            entry.Due = entry.Vain < VainPolls ? now : now + VainPause;
            return pause;
        }

        double part = (0.5 + (0.5 * entry.Quiet / IdleAfter)) * (1 - (JitterPart * Math.Clamp(jitter, 0, 1)));
        TimeSpan interval = entry.Target.Interval * part;
        DateTimeOffset due = poll.Taken + (interval > Shortest ? interval : Shortest);

        // After a clock that jumped, or a poll longer than its interval: neither in the distant future nor at once.
        entry.Due = Min(due <= now ? now + TimeSpan.FromSeconds(1) : due, now + entry.Target.Interval);
        return pause;
    }

    /// <summary>
    /// When the next recipe may be due whose host is not at its limit; null when there is none. A host at its limit is
    /// looked at again when one of its polls ends.
    /// </summary>
    /// <param name="now">The present.</param>
    /// <param name="among">The only ones that count; null for all.</param>
    public DateTimeOffset? NextDue(DateTimeOffset now, IReadOnlySet<string>? among = null)
    {
        Follow(now);
        DateTimeOffset? next = null;
        foreach ((string recipe, Entry entry) in _entries)
        {
            if (entry.Polling is not null || among?.Contains(recipe) == false)
            {
                continue;
            }

            DateTimeOffset due = entry.Due;
            if (hosts.CoolsUntil(entry.Target.Host, now) is { } cool)
            {
                due = cool > due ? cool : due;
            }
            else if (due <= now && !hosts.MayBegin(entry.Target.Host, now))
            {
                continue;
            }

            next = next is null || due < next ? due : next;
        }

        return next;
    }

    /// <summary>Whether a poll of the recipe is under way or about to begin: what it finds is still unknown.</summary>
    public bool IsPending(string recipe, DateTimeOffset now) =>
        _entries.TryGetValue(recipe, out Entry? entry)
        && (entry.Polling is not null || (entry.Due <= now && hosts.CoolsUntil(entry.Target.Host, now) is null));

    // However short the interval becomes: no upstream is asked more than once a minute without being told to.
    private static TimeSpan Shortest => TimeSpan.FromMinutes(1) * (1 - JitterPart);

    // A clock that was set back takes what was planned by it along: a promise is kept in time that passes.
    private void Follow(DateTimeOffset now)
    {
        if (now < _seen)
        {
            foreach (Entry entry in _entries.Values)
            {
                entry.Due -= _seen - now;
                entry.Ended -= _seen - now;
            }
        }

        _seen = now;
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private sealed class Entry
    {
        public required PollTarget Target { get; set; }

        public DateTimeOffset Due { get; set; }

        public DuePoll? Polling { get; set; }

        public PollTrigger Trigger { get; set; }

        public PollTrigger? Again { get; set; }

        // When the latest poll ended, and how many that were triggered brought nothing since one that did.
        public DateTimeOffset Ended { get; set; } = DateTimeOffset.UnixEpoch;

        public int Vain { get; set; }

        // Polls without news; one that was never polled is not known to be active.
        public int Quiet { get; set; } = IdleAfter;
    }
}

/// <summary>What is polled, and how often.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="State">What the recipe says, in one word; where that changes it is due at once.</param>
/// <param name="Host">The upstream's host, as in <see cref="GitAddress.Authority"/>.</param>
/// <param name="Interval">The longest time between polls.</param>
internal sealed record PollTarget(string Recipe, string State, string Host, TimeSpan Interval);

/// <summary>What made a recipe due.</summary>
internal enum PollTrigger
{
    Interval,
    Webhook,
}

/// <summary>A recipe to poll, what made it due, whom to ask, and when it was taken.</summary>
internal sealed record DuePoll(string Recipe, PollTrigger Trigger, string Host, DateTimeOffset Taken);

/// <summary>What a poll brought.</summary>
/// <param name="Answered">The upstream listed its tags.</param>
/// <param name="Queued">Something is to be built.</param>
/// <param name="News">A tag is new or moved, and not because the upstream was unknown before.</param>
/// <param name="Host">What it says of the host.</param>
internal sealed record PollResult(bool Answered, bool Queued, bool News, HostMood Host)
{
    public static PollResult Failed { get; } = new(false, false, false, HostMood.Fine);
}
