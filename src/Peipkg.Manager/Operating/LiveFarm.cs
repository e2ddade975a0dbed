using Peipkg.Format.Cryptography;
using Peipkg.Manager.Building;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Trials;

namespace Peipkg.Manager.Operating;

/// <summary>What a reload led to.</summary>
/// <param name="Refused">Why the configuration was not taken over; null when it was.</param>
/// <param name="NeedRestart">Keys whose changes take a restart.</param>
internal sealed record ReloadOutcome(string? Refused, IReadOnlyList<string> NeedRestart);

/// <summary>What only a running manager can tell or do.</summary>
internal sealed record LiveFarm
{
    public required int ProcessId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required FarmCounters Counters { get; init; }

    /// <summary>Where builds run; null where that is not known.</summary>
    public PoolBoard? Pools { get; init; }

    /// <summary>Runs trials of recipes; null where none does.</summary>
    public TrialLoop? Trials { get; init; }

    /// <summary>Why the forge does not hear of trials; null while it does.</summary>
    public Func<string?> ForgeError { get; init; } = () => null;

    /// <summary>Looks at the queue once; what it returns says of any build why it has not begun.</summary>
    public required Func<Func<BuildRecord, string>> WhyWaiting { get; init; }

    /// <summary>Why no build is begun although one is due; null while all is well.</summary>
    public Func<string?> Trouble { get; init; } = () => null;

    /// <summary>Why the configuration was not reloaded; null when the last reload was taken.</summary>
    public Func<string?> RefusedReload { get; init; } = () => null;

    /// <summary>How it stands with <c>[recipes] git</c>; null where the recipes do not come from there.</summary>
    public Func<RecipePullState?> Recipes { get; init; } = () => null;

    /// <summary>What holds publishing up until somebody acts; null while nothing does.</summary>
    public Func<HeldPublishing?> Held { get; init; } = () => null;

    /// <summary>The key that signs; null where that is not known.</summary>
    public Fingerprint? Signer { get; init; }

    /// <summary>Stops a build that is under way; false when it is not.</summary>
    public required Func<long, StopOrder, bool> Cancel { get; init; }

    /// <summary>The queue changed.</summary>
    public required Action Wake { get; init; }

    /// <summary>Polls a recipe now.</summary>
    public required Action<string> Poll { get; init; }

    /// <summary>Reads recipes and configuration again.</summary>
    public Func<ReloadOutcome> Reload { get; init; } = () => new ReloadOutcome(null, []);

    /// <summary>Ends the manager when what is under way is done; false when that was asked for already.</summary>
    public required Func<bool> Drain { get; init; }
}
