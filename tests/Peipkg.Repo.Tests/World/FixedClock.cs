using Peipkg.Format.Identity;

namespace Peipkg.Repo.Tests.World;

/// <summary>A clock that stands still.</summary>
internal sealed class FixedClock(string now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Timestamp.Parse(now).UnixSeconds);
}
