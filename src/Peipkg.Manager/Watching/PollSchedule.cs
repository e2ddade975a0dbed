namespace Peipkg.Manager.Watching;

/// <summary>
/// When each recipe is polled next. Pure: the clock and the jitter come with each call, so that the loop beside it
/// holds no policy and this class no time. Not thread-safe.
/// </summary>
/// <remarks>
/// A recipe's interval is a promise about how late a tag may be noticed, so jitter only ever shortens it. A trigger
/// that arrives while the recipe is being polled makes it due again right after: the listing under way may have been
/// taken before the tag appeared. Any number of triggers coalesce into that one poll.
/// </remarks>
internal sealed class PollSchedule
{
    /// <summary>At most this part of an interval is cut off by jitter.</summary>
    public const double JitterPart = 0.1;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>
    /// Takes over a roster: new recipes are due at once, known ones keep their time unless their interval became
    /// shorter, others are forgotten.
    /// </summary>
    public void Reload(IEnumerable<(string Recipe, TimeSpan Interval)> roster, DateTimeOffset now)
    {
        Dictionary<string, TimeSpan> wanted = roster.ToDictionary(r => r.Recipe, r => r.Interval, StringComparer.Ordinal);
        foreach (string gone in _entries.Keys.Where(r => !wanted.ContainsKey(r)).ToList())
        {
            _entries.Remove(gone);
        }

        foreach ((string recipe, TimeSpan interval) in wanted)
        {
            if (!_entries.TryGetValue(recipe, out Entry? entry))
            {
                _entries.Add(recipe, new Entry { Interval = interval, Due = now });
                continue;
            }

            entry.Interval = interval;
            entry.Due = Min(entry.Due, now + interval);
        }
    }

    /// <summary>Makes a recipe due now.</summary>
    /// <returns>False when the recipe is not on the roster.</returns>
    public bool Trigger(string recipe, PollTrigger trigger, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(recipe, out Entry? entry))
        {
            return false;
        }

        if (entry.Polling)
        {
            entry.Again = trigger;
        }
        else
        {
            entry.Due = Min(entry.Due, now);
            entry.Trigger = trigger;
        }

        return true;
    }

    /// <summary>Takes the recipe that has been due longest, and marks it as being polled; null when none is due.</summary>
    public DuePoll? Take(DateTimeOffset now)
    {
        (string Recipe, Entry Entry)? next = null;
        foreach ((string recipe, Entry entry) in _entries)
        {
            if (!entry.Polling && entry.Due <= now
                && (next is null || (entry.Due, recipe).CompareTo((next.Value.Entry.Due, next.Value.Recipe)) < 0))
            {
                next = (recipe, entry);
            }
        }

        if (next is not { } found)
        {
            return null;
        }

        DuePoll poll = new(found.Recipe, found.Entry.Trigger);
        found.Entry.Polling = true;
        found.Entry.Trigger = PollTrigger.Interval;
        found.Entry.Started = now;
        return poll;
    }

    /// <summary>A poll ended, well or not; the recipe's next time counts from its start.</summary>
    /// <param name="recipe">As taken.</param>
    /// <param name="now">The present.</param>
    /// <param name="jitter">A random number from 0 up to 1.</param>
    public void Complete(string recipe, DateTimeOffset now, double jitter)
    {
        if (!_entries.TryGetValue(recipe, out Entry? entry) || !entry.Polling)
        {
            return;
        }

        entry.Polling = false;
        if (entry.Again is { } trigger)
        {
            entry.Trigger = trigger;
            entry.Again = null;
            entry.Due = now;
            return;
        }

        DateTimeOffset due = entry.Started + (entry.Interval * (1 - (JitterPart * Math.Clamp(jitter, 0, 1))));

        // After a clock that jumped, or a poll longer than its interval: neither in the distant future nor at once.
        entry.Due = Min(due <= now ? now + TimeSpan.FromSeconds(1) : due, now + entry.Interval);
    }

    /// <summary>When the next recipe that is not being polled becomes due; null when there is none.</summary>
    public DateTimeOffset? NextDue()
    {
        DateTimeOffset? next = null;
        foreach (Entry entry in _entries.Values)
        {
            if (!entry.Polling && (next is null || entry.Due < next))
            {
                next = entry.Due;
            }
        }

        return next;
    }

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private sealed class Entry
    {
        public TimeSpan Interval { get; set; }

        public DateTimeOffset Due { get; set; }

        public DateTimeOffset Started { get; set; }

        public bool Polling { get; set; }

        public PollTrigger Trigger { get; set; }

        public PollTrigger? Again { get; set; }
    }
}

/// <summary>What made a recipe due.</summary>
internal enum PollTrigger
{
    Interval,
    Webhook,
}

/// <summary>A recipe to poll, and what made it due.</summary>
internal sealed record DuePoll(string Recipe, PollTrigger Trigger);
