using System.Text;
using Peipkg.Manager.Http;

namespace Peipkg.Manager.Tests.Http;

public class RequestDeliveryTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData("opened")]
    [InlineData("reopened")]
    [InlineData("synchronize")]
    [InlineData("synchronized")]
    public void A_pull_request_of_GitHub_or_Forgejo_is_understood(string action)
    {
        RequestDelivery delivery = Read(Pull(action));
        Assert.Equal((7L, Commit), (delivery.Request!.Number, delivery.Request.Commit));
        Assert.Equal(
            ("fix", "ann", "bob"),
            (delivery.Request.Branch, delivery.Request.Author, delivery.Request.Sender)
        );
        Assert.Null(delivery.Closed);
        Assert.True(delivery.IsDefault);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("reopen")]
    [InlineData("update")]
    public void A_merge_request_of_GitLab_is_understood(string action)
    {
        RequestDelivery delivery = Read(Merge(action, author: 5));
        Assert.Equal((3L, Commit), (delivery.Request!.Number, delivery.Request.Commit));
        Assert.Equal(
            ("fix", "ann", "ann"),
            (delivery.Request.Branch, delivery.Request.Author, delivery.Request.Sender)
        );
        Assert.Equal("main", delivery.Target);
        Assert.True(delivery.IsDefault);
    }

    [Fact]
    public void Whoever_pushes_to_another_s_merge_request_is_not_its_author() =>
        Assert.Null(Read(Merge("update", author: 6)).Request!.Author);

    [Fact]
    public void A_request_that_is_closed_or_merged_is_known_by_its_number()
    {
        Assert.Equal((7L, null), (Read(Pull("closed")).Closed, Read(Pull("closed")).Request));
        Assert.Equal((3L, null), (Read(Merge("close", 5)).Closed, Read(Merge("close", 5)).Request));
        Assert.Equal((3L, null), (Read(Merge("merge", 5)).Closed, Read(Merge("merge", 5)).Request));
    }

    [Theory]
    [InlineData("labeled")]
    [InlineData("review_requested")]
    public void What_changes_no_commit_asks_for_nothing(string action)
    {
        RequestDelivery delivery = Read(Pull(action));
        Assert.Null(delivery.Request);
        Assert.Null(delivery.Closed);
    }

    [Theory]
    [InlineData("""{"pull_request":{"number":7,"head":{"sha":"--upload-pack=x","ref":"fix"}},"action":"opened"}""")]
    [InlineData(
        """{"pull_request":{"number":-1,"head":{"sha":"0123456789abcdef0123456789abcdef01234567"}},"action":"opened"}"""
    )]
    [InlineData(
        """{"pull_request":{"number":1e99,"head":{"sha":"0123456789abcdef0123456789abcdef01234567"}},"action":"opened"}"""
    )]
    [InlineData("""{"pull_request":[],"action":"opened"}""")]
    [InlineData("""{"pull_request":null,"object_attributes":7}""")]
    [InlineData("""[]""")]
    [InlineData("""{"pull_request":""")]
    public void What_names_no_request_and_commit_is_none(string payload) =>
        Assert.Null(RequestDelivery.Read(Encoding.UTF8.GetBytes(payload)));

    private static RequestDelivery Read(string payload) => RequestDelivery.Read(Encoding.UTF8.GetBytes(payload))!;

    private static string Pull(string action) =>
        $$$"""
            {"action":"{{{action}}}","number":7,
             "pull_request":{"id":99,"number":7,"state":"open","user":{"login":"ann","id":5},
              "head":{"label":"ann:fix","ref":"fix","sha":"{{{Commit}}}"},"base":{"label":"farm:main","ref":"main","sha":"ff"}},
             "repository":{"full_name":"farm/recipes","clone_url":"https://git.example.org/farm/recipes.git","default_branch":"main"},
             "sender":{"login":"bob","id":6}}
            """;

    private static string Merge(string action, int author) =>
        $$$"""
            {"object_kind":"merge_request","event_type":"merge_request","user":{"id":5,"name":"Ann","username":"ann"},
             "project":{"id":1,"path_with_namespace":"farm/recipes","git_http_url":"https://gitlab.example.org/farm/recipes.git","default_branch":"main"},
             "object_attributes":{"id":99,"iid":3,"author_id":{{{author}}},"source_branch":"fix","target_branch":"main","state":"opened",
              "last_commit":{"id":"{{{Commit}}}","message":"x"},"action":"{{{action}}}"}}
            """;
}
