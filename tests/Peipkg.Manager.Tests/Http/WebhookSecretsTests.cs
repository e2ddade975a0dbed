using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Http;

namespace Peipkg.Manager.Tests.Http;

public class WebhookSecretsTests
{
    private static WebhookSecrets Load(params string[] contents)
    {
        using TemporaryDirectory directory = new();
        foreach ((int index, string content) in contents.Index())
        {
            File.WriteAllText(directory[$"secret{index}"], content);
        }

        return WebhookSecrets.Load([.. contents.Select((_, index) => directory[$"secret{index}"])]);
    }

    // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    [Theory]
    [InlineData("It's a Secret to Everybody", true)]
    [InlineData("It's a Secret to Everybody \r\n\n", true)]
    [InlineData(" It's a Secret to Everybody", false)]
    [InlineData("It's a Secret to Nobody", false)]
    public void GitHubs_own_example_verifies_and_trailing_whitespace_is_no_part_of_the_secret(
        string secret,
        bool verifies
    ) =>
        Assert.Equal(
            verifies,
            Load(secret).Verify("Hello, World!"u8, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
        );

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    public void An_empty_secret_is_refused(string content) =>
        Assert.Contains(
            "holds no webhook secret",
            Assert.Throws<UserErrorException>(() => Load(content)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void While_a_secret_is_replaced_both_are_good()
    {
        WebhookSecrets secrets = Load("new\n", "It's a Secret to Everybody\n");
        Assert.True(
            secrets.Verify("Hello, World!"u8, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
        );
        Assert.True(secrets.Accept("new"));
        Assert.True(secrets.Accept("It's a Secret to Everybody"));
        Assert.False(secrets.Accept("new\n"));
        Assert.False(secrets.Accept(""));
    }
}
