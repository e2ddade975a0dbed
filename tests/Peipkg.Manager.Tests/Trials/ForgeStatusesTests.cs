using System.Net;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Trials;

namespace Peipkg.Manager.Tests.Trials;

public class ForgeStatusesTests
{
    [Theory]
    [InlineData("github", "https://github.com/farm/recipes", "https://api.github.com/repos/farm/recipes/statuses/abc")]
    [InlineData(
        "github",
        "https://ghe.example.org/farm/recipes",
        "https://ghe.example.org/api/v3/repos/farm/recipes/statuses/abc"
    )]
    [InlineData(
        "forgejo",
        "https://codeberg.org/farm/recipes",
        "https://codeberg.org/api/v1/repos/farm/recipes/statuses/abc"
    )]
    [InlineData(
        "forgejo",
        "https://example.org:8443/git/farm/recipes",
        "https://example.org:8443/git/api/v1/repos/farm/recipes/statuses/abc"
    )]
    [InlineData(
        "gitlab",
        "https://gitlab.com/group/sub/recipes",
        "https://gitlab.com/api/v4/projects/group%2Fsub%2Frecipes/statuses/abc"
    )]
    public void Each_forge_has_its_address_for_the_status_of_a_commit(string kind, string page, string expected) =>
        Assert.Equal(
            expected,
            ForgeStatuses.AddressOf(new ForgeConfig(kind, new Uri(page), null, []), "abc").AbsoluteUri
        );

    [Theory]
    [InlineData("gitlab", "pending", "Cannot transition status via :enqueue from :pending (Reason(s): …)", true)]
    [InlineData("gitlab", "running", "Cannot transition status via :run from :running", true)]
    [InlineData("gitlab", "success", "Cannot transition status via :success from :success", false)]
    [InlineData("gitlab", "pending", "404 Project Not Found", false)]
    [InlineData("github", "pending", "Cannot transition status", false)]
    public void What_GitLab_takes_only_once_it_was_told(string kind, string word, string answer, bool expected) =>
        Assert.Equal(expected, ForgeStatuses.IsSaidAlready(kind, word, HttpStatusCode.BadRequest, answer));
}
