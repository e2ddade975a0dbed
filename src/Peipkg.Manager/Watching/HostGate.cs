namespace Peipkg.Manager.Watching;

/// <summary>
/// How hard each host may be asked: a bounded number of listings at once, none while it cools down after it said that it
/// is too much, and afterwards one at a time until it has answered a few. A refusal may concern one repository alone: the
/// host is asked on, one listing at a time, until a few in a row were refused. Pure; not thread-safe.
/// </summary>
/// <param name="maxPerHost">Listings of one host under way at once.</param>
internal sealed class HostGate(int maxPerHost)
{
    /// <summary>Answers in a row after which a host is trusted again.</summary>
    public const int Probes = 3;

    /// <summary>Refusals in a row that are the host's own, not their repositories'.</summary>
    public const int Refusals = 3;

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Entry> _hosts = new(StringComparer.Ordinal);

    /// <summary>Listings of one host under way at once.</summary>
    public int MaxPerHost { get; set; } = maxPerHost;

    /// <summary>Whether another listing of the host may begin.</summary>
    /// <param name="host">Empty for repositories on this machine, which have no host to spare but are bounded all the same.</param>
    /// <param name="now">The present.</param>
    public bool MayBegin(string host, DateTimeOffset now) =>
        !_hosts.TryGetValue(host, out Entry? entry)
        || (CoolsUntil(entry, now) is null && entry.Running < (entry.Troubles + entry.Refused > 0 ? 1 : MaxPerHost));

    /// <summary>When the host has cooled down; null: it is not cooling.</summary>
    public DateTimeOffset? CoolsUntil(string host, DateTimeOffset now) =>
        _hosts.TryGetValue(host, out Entry? entry) ? CoolsUntil(entry, now) : null;

    /// <summary>A listing begins.</summary>
    public void Begin(string host)
    {
        if (!_hosts.TryGetValue(host, out Entry? entry))
        {
            _hosts.Add(host, entry = new Entry());
        }

        entry.Running++;
    }

    /// <summary>A listing ended.</summary>
    /// <param name="host">As begun.</param>
    /// <param name="mood">What it says of the host.</param>
    /// <param name="now">The present.</param>
    /// <returns>How long the host is left alone from now; null when it is not, or was told before.</returns>
    public TimeSpan? End(string host, HostMood mood, DateTimeOffset now)
    {
        Entry entry = _hosts[host];
        entry.Running--;
        if (mood == HostMood.Fine)
        {
            entry.Refused = 0;
            if (entry.Troubles > 0 && ++entry.Answers >= Probes)
            {
                entry.Troubles = 0;
            }

            return null;
        }

        if (mood == HostMood.Refused && ++entry.Refused < Refusals)
        {
            return null;
        }

        entry.Answers = 0;
        if (CoolsUntil(entry, now) is not null)
        {
            // Begun before the host complained: one complaint, however many were under way.
            return null;
        }

        TimeSpan pause = Shortest * Math.Pow(2, Math.Min(entry.Troubles, 10));
        pause = pause < Longest ? pause : Longest;
        entry.Troubles++;
        entry.Refused = 0;
        entry.Since = now;
        entry.Until = now + pause;
        return pause;
    }

    // A clock set back to before the complaint says nothing about its end.
    private static DateTimeOffset? CoolsUntil(Entry entry, DateTimeOffset now) =>
        entry.Until > now && entry.Since <= now ? entry.Until : null;

    private sealed class Entry
    {
        public int Running { get; set; }

        public int Troubles { get; set; }

        public int Answers { get; set; }

        // In a row.
        public int Refused { get; set; }

        public DateTimeOffset Since { get; set; }

        public DateTimeOffset Until { get; set; }
    }
}
