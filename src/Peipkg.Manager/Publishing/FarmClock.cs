using Peipkg.Format.Identity;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Whether the farm believes its own clock. What is published with a time that lies ahead dates the repository for good,
/// so the farm remembers until when its clock made sense, and doubts one that has leapt since.
/// </summary>
/// <remarks>
/// A farm that stood still for days finds such a leap, too. Where the kernel says that a time service keeps the clock
/// right, or what is to be published says that it was built near to now, it is believed all the same; elsewhere an
/// operator says so. A build time is that of the upstream's commit: one far ahead of the clock vouches for no leap.
/// </remarks>
/// <param name="settings">Where it is remembered.</param>
/// <param name="repository">Whose last publication was in a time that was believed.</param>
/// <param name="synchronized">The kernel's word; null where it vouches for nothing.</param>
/// <param name="clock">The clock.</param>
internal sealed class FarmClock(
    SettingStore settings,
    RepositoryState repository,
    Func<DateTimeOffset?> synchronized,
    TimeProvider clock
)
{
    /// <summary>The trouble's name, by which an operator says that the clock is right.</summary>
    public const string Key = "clock";

    private const string Setting = "clock";

    // A farm that is started once a day is never quite as old as that.
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(36);
    private static readonly TimeSpan Agreement = TimeSpan.FromMinutes(5);

    /// <summary>A new farm has no past to compare with, but somebody wrote its configuration, most likely a moment ago.</summary>
    /// <param name="configured">When.</param>
    public void Begin(DateTimeOffset configured)
    {
        if (settings.Number(Setting) is null)
        {
            DateTimeOffset now = clock.GetUtcNow();
            Set(settings, repository.Exists || configured > now ? now : configured);
        }

        Note();
    }

    /// <summary>The time, as far as it is believed: where the clock is doubted, the last one that is known to be right.</summary>
    public DateTimeOffset Believed() => WhyDoubtful(static () => null) is null ? clock.GetUtcNow() : LastKnown();

    /// <summary>Remembers that it is now, where that is believed.</summary>
    public void Note()
    {
        if (WhyDoubtful(() => null) is null)
        {
            Confirm(settings, clock);
        }
    }

    /// <summary>The clock is right, by the word of an operator or of what vouches for it.</summary>
    /// <param name="settings">Where it is remembered.</param>
    /// <param name="clock">The clock.</param>
    public static void Confirm(SettingStore settings, TimeProvider clock) => Set(settings, clock.GetUtcNow());

    /// <summary>Why nothing should be published in the time that the clock shows; null when it is believed.</summary>
    /// <param name="newestBuild">The latest build time of what is to be published; null: unknown.</param>
    public string? WhyDoubtful(Func<DateTimeOffset?> newestBuild)
    {
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset last = LastKnown();
        return
            now <= last + Tolerance
            || (synchronized() is { } kernel && (kernel - now).Duration() < Agreement)
            || (newestBuild() is { } built && (built - now).Duration() <= Tolerance)
            ? null
            : $"the clock says {Text(now)}, more than 36 hours after the last time that is known to be right, {Text(last)}; a "
                + "publication with a time that lies ahead could never be followed by one with the right time. Set the clock "
                + "right, or if it is, say so with \"peipkg-manager ack clock\"";
    }

    private DateTimeOffset LastKnown()
    {
        DateTimeOffset published = DateTimeOffset.FromUnixTimeSeconds(repository.Published().GeneratedAt.UnixSeconds);
        DateTimeOffset known = settings.Number(Setting) is { } remembered
            ? DateTimeOffset.FromUnixTimeMilliseconds(remembered)
            : clock.GetUtcNow();
        return known > published ? known : published;
    }

    private static void Set(SettingStore settings, DateTimeOffset time) =>
        settings.Set(Setting, time.ToUnixTimeMilliseconds());

    private static Timestamp Text(DateTimeOffset time) => Timestamp.FromUnixSeconds(time.ToUnixTimeSeconds());
}
