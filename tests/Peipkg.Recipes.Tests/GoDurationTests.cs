namespace Peipkg.Recipes.Tests;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("90m", 5400)]
    [InlineData("1h30m", 5400)]
    [InlineData("5400s", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData("24h", 86400)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("-1m", -60)]
    [InlineData("+1m", 60)]
    [InlineData(".5s", 0.5)]
    [InlineData("1.s", 1)]
    [InlineData("250ms", 0.25)]
    [InlineData("1500us", 0.0015)]
    [InlineData("1500\u00b5s", 0.0015)]
    [InlineData("1500\u03bcs", 0.0015)]
    [InlineData("200ns", 0.0000002)]
    [InlineData("1h1m1.25s", 3661.25)]
    [InlineData("0.1000000000000000000000000000000000001h", 360)]
    [InlineData("2562047h", 9223369200)]
    public void Reads_what_go_reads(string text, double seconds)
    {
        Assert.True(GoDuration.TryParse(text, out TimeSpan value, out string? error), error);
        Assert.Equal((long)Math.Round(seconds * TimeSpan.TicksPerSecond), value.Ticks);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("-", "it is empty")]
    [InlineData("5", "the last number has no unit")]
    [InlineData("1h5", "the last number has no unit")]
    [InlineData("h", "a number is missing")]
    [InlineData(".s", "a number is missing")]
    [InlineData("5d", "\"d\" is not a unit (ns, us, ms, s, m, h)")]
    [InlineData("1 h", "\" h\" is not a unit (ns, us, ms, s, m, h)")]
    [InlineData("1..5h", "the last number has no unit")]
    [InlineData("2562048h", "it is longer than 292 years")]
    [InlineData("99999999999999999999999999999999999999999999h", "it is longer than 292 years")]
    [InlineData("5M", "\"M\" is not a unit (ns, us, ms, s, m, h)")]
    public void Refuses_what_go_refuses(string text, string reason)
    {
        Assert.False(GoDuration.TryParse(text, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_poll_interval_is_a_minute_at_least()
    {
        Assert.True(GoDuration.TryParseInterval("1m", out _, out _));
        Assert.True(GoDuration.TryParseInterval("60s", out _, out _));
        Assert.False(GoDuration.TryParseInterval("59s", out _, out string? error));
        Assert.Equal("\"59s\" is too short; the shortest interval is \"1m\"", error);
        Assert.False(GoDuration.TryParseInterval("-5m", out _, out _));
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(5400, "1h30m0s")]
    [InlineData(90, "1m30s")]
    [InlineData(1.5, "1.5s")]
    [InlineData(0.25, "250ms")]
    [InlineData(0.0015, "1.5ms")]
    [InlineData(0.00025, "250µs")]
    [InlineData(-60, "-1m0s")]
    public void Writes_what_go_writes(double seconds, string text) =>
        Assert.Equal(text, GoDuration.Format(TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond))));

    [Theory]
    [InlineData("1ns", false)]
    [InlineData("1s", true)]
    [InlineData("596h", true)]
    [InlineData("596h1s", false)]
    [InlineData("720h", false)]
    [InlineData("0", false)]
    [InlineData("-1s", false)]
    [InlineData("soon", false)]
    public void Times_that_are_waited_for_fit_the_platforms_timers(string text, bool allowed)
    {
        Assert.Equal(allowed, GoDuration.TryParseTimer(text, out TimeSpan value, out string? error));
        Assert.Equal(allowed, error is null);
        Assert.True(!allowed || value.TotalMilliseconds <= int.MaxValue);
    }
}
