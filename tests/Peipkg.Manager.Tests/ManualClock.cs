namespace Peipkg.Manager.Tests;

/// <summary>A clock that stands where it is put.</summary>
internal sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    public static DateTimeOffset Noon { get; } = new(2026, 5, 7, 12, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
