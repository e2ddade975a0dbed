using Peipkg.Manager.Hosting;
using Peipkg.Manager.Secrets;

namespace Peipkg.Manager.Tests.Secrets;

public class RedactorTests
{
    [Theory]
    [InlineData("see https://ann:sesame@h/x", "see https://[redacted]@h/x")]
    [InlineData("fatal: 'https://ghp_0123456789@h/x'", "fatal: 'https://[redacted]@h/x'")]
    [InlineData("https://ann:p@ss@h/ and http://b@h/", "https://[redacted]@h/ and http://[redacted]@h/")]
    [InlineData("rsync://ann:sesame@h/m", "rsync://[redacted]@h/m")]
    [InlineData("ssh://git@h/x git@h:x https://h/@x a@b", "ssh://git@h/x git@h:x https://h/@x a@b")]
    public void Credentials_in_urls_are_taken_out(string text, string clean) =>
        Assert.Equal(clean, new Redactor().Clean(text));

    [Fact]
    public void A_known_secret_is_taken_out_however_it_is_quoted_and_stays_known()
    {
        Redactor redactor = new();
        redactor.Learn(["short", "pa\"ss&wörd/1", "longer than pa\"ss&wörd/1"]);
        redactor.Learn(["another-one"]);
        Assert.Equal(
            "short [redacted] [redacted] [redacted] [redacted] [redacted] [redacted] [redacted]",
            redactor.Clean(
                "short pa\"ss&wörd/1 pa%22ss%26w%C3%B6rd%2F1 pa\\u0022ss\\u0026w\\u00F6rd/1 pa&quot;ss&amp;w&#246;rd/1 pa\\\"ss&wörd/1 another-one longer than pa\"ss&wörd/1"
            )
        );
        string untouched = "nothing here";
        Assert.Same(untouched, redactor.Clean(untouched));
    }

    [Fact]
    public void The_environment_tells_by_its_names_what_is_secret() =>
        Assert.Equal(
            ["Authorization: Bearer aaaa", "aaaa", "bbbb", "cccc", "dddd"],
            FarmSecrets
                .Of(
                    new Dictionary<string, string>
                    {
                        ["GIT_CONFIG_KEY_0"] = "http.extraHeader",
                        ["GIT_CONFIG_VALUE_0"] = "Authorization: Bearer aaaa",
                        ["GIT_CONFIG_VALUE_1"] = "main",
                        ["RCLONE_CONFIG_R2_KEY"] = "bbbb",
                        ["RCLONE_CONFIG_R2_ENDPOINT"] = "https://r2",
                        ["GITHUB_TOKEN"] = "cccc",
                        ["GITHUB_TOKEN_FILE"] = "/run/token",
                        ["rsync_password"] = "dddd",
                        ["PASSAGE"] = "eeee",
                    }
                )
                .Order(StringComparer.Ordinal)
        );
}
