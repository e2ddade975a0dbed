using Peipkg.CommandLine;
using Peipkg.Manager.Http;

namespace Peipkg.Manager.Tests.Http;

public class WebhookSecretTests
{
    private static WebhookSecret Load(string content)
    {
        using TemporaryDirectory directory = new();
        File.WriteAllText(directory["secret"], content);
        return WebhookSecret.Load(directory["secret"]);
    }

    // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    [Theory]
    [InlineData("It's a Secret to Everybody", true)]
    [InlineData("It's a Secret to Everybody \r\n\n", true)]
    [InlineData(" It's a Secret to Everybody", false)]
    [InlineData("It's a Secret to Nobody", false)]
    public void GitHubs_own_example_verifies_and_trailing_whitespace_is_no_part_of_the_secret(string secret, bool verifies) => Assert.Equal(
        verifies,
        Load(secret).Verifies("Hello, World!"u8, "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"));

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    public void An_empty_secret_is_refused(string content) =>
        Assert.Contains("holds no webhook secret", Assert.Throws<UserErrorException>(() => Load(content)).Message, StringComparison.Ordinal);
}
