using System.Text;
using Peipkg.Manager.Http;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Http;

public class WebhookDeliveryTests
{
    private static bool IsAbout(string upstream)
    {
        const string Payload = """
            {"repository":{"full_name":"owner/demo","clone_url":"https://github.com/owner/demo.git","ssh_url":"git@github.com:owner/demo.git"}}
            """;
        Assert.True(WebhookDelivery.TryParse(Encoding.UTF8.GetBytes(Payload), out WebhookDelivery? delivery, out _));
        Assert.True(GitAddress.TryParse(upstream, out GitAddress? url, out _));
        return delivery.IsAbout(url);
    }

    [Theory]
    [InlineData("https://github.com/owner/demo")]
    [InlineData("git@github.com:owner/demo.git")]
    [InlineData("ssh://git@ssh.github.com:443/owner/demo.git")]
    [InlineData("git@github.com-work:owner/demo.git")]
    [InlineData("ssh://work/Owner/Demo")]
    public void The_repository_is_known_by_every_address_that_may_lead_to_it(string upstream) =>
        Assert.True(IsAbout(upstream));

    [Theory]
    [InlineData("https://gitlab.com/owner/demo")]
    [InlineData("git@github.com:owner/demo2.git")]
    [InlineData("ssh://work/other/demo")]
    [InlineData("/srv/git/owner/demo.git")]
    public void Others_are_not_meant(string upstream) => Assert.False(IsAbout(upstream));
}
