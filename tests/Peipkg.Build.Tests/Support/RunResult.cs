namespace Peipkg.Build.Tests.Support;

/// <summary>What a run of the tool left.</summary>
public sealed record RunResult(int Code, string Output, string Error)
{
    public RunResult Succeeds()
    {
        Assert.True(Code == 0, $"exit code {Code}\n{Error}");
        return this;
    }

    public RunResult Fails(params string[] messages) => FailsWith(1, messages);

    public RunResult FailsWith(int code, params string[] messages)
    {
        Assert.True(Code == code, $"exit code {Code} instead of {code}\n{Output}{Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", Error, StringComparison.Ordinal);
        foreach (string message in messages)
        {
            Assert.Contains(message, Error, StringComparison.Ordinal);
        }

        return this;
    }
}
