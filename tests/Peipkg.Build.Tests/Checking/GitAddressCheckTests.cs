using Peipkg.Build.Tests.Support;
using Peipkg.Recipes.Tests.Upstreams;

namespace Peipkg.Build.Tests.Checking;

public sealed class GitAddressCheckTests : IDisposable
{
    private readonly Workbench _bench = new();

    public static TheoryData<string, string, string, string?> Accepted => GitAddressCases.Accepted;

    public static TheoryData<string, string> Refused => GitAddressCases.Refused;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_the_farm_takes_check_takes(string text, string shown, string key, string? credentials)
    {
        Assert.DoesNotContain("git-url", Check(text), StringComparison.Ordinal);
        _ = (shown, key, credentials);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_the_farm_refuses_check_refuses_with_the_same_sentence(string text, string sentence) =>
        Assert.Contains($" error: git in [upstream]: {sentence} [git-url]\n", Check(text), StringComparison.Ordinal);

    private string Check(string address)
    {
        _bench.Recipe(
            $"""
            {Workbench.OneStanza}
            [upstream]
            git = {GitAddressCases.ToToml(address)}
            tag_pattern = "^v([0-9.]+)$"
            peios_revision = 1
            """
        );
        _bench.Script("true");
        return _bench.Run("check", _bench["recipe"]).Output;
    }
}
