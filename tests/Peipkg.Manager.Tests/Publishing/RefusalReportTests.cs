using Peipkg.Manager.Publishing;

namespace Peipkg.Manager.Tests.Publishing;

public sealed class RefusalReportTests
{
    private const string Content =
        """{"file":"/stage/new/a_1.0-1_noarch.peipkg","rule":"foreign-member","reason":"it has what consumers would ignore"}""";

    [Fact]
    public void What_a_package_is_refused_for_is_told_by_its_file()
    {
        ILookup<string, string> refused = RefusalReport.Read($$"""{"refused":[{{Content}}]}""");
        Assert.Equal(
            "it has what consumers would ignore (foreign-member)",
            Assert.Single(refused["a_1.0-1_noarch.peipkg"])
        );
    }

    [Theory]
    [InlineData("special-layout", "allow_special_system = true in [publish]")]
    [InlineData("drop-in", "official = true in [repo]")]
    public void What_the_operator_can_allow_is_told_with_the_key_that_allows_it(string rule, string key)
    {
        string content = Content.Replace("foreign-member", rule, StringComparison.Ordinal);
        Assert.Contains(
            key,
            Assert.Single(RefusalReport.Read($$"""{"refused":[{{content}}]}""")["a_1.0-1_noarch.peipkg"]),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("signer-not-accepted")]
    [InlineData("unreadable")]
    [InlineData("index-too-large")]
    [InlineData("already-published")]
    public void What_is_the_farms_own_fault_is_no_packages(string rule)
    {
        string own = Content.Replace("foreign-member", rule, StringComparison.Ordinal);
        Assert.Empty(RefusalReport.Read($$"""{"refused":[{{own}}]}"""));
        Assert.Empty(RefusalReport.Read($$"""{"refused":[{{Content}},{{own}}]}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"refused\":1}")]
    [InlineData("{\"refused\":[{\"file\":1,\"rule\":2,\"reason\":3}]}")]
    [InlineData("{\"refused\":[{\"rule\":\"x\"")]
    public void What_is_no_report_refuses_nothing(string report) => Assert.Empty(RefusalReport.Read(report));
}
