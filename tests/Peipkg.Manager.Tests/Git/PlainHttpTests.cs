using System.Diagnostics;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.Git;

public sealed class PlainHttpTests : GitRig
{
    [Fact]
    public async Task A_repository_that_is_served_as_plain_files_is_fetched_with_its_history()
    {
        Upstream.Commit(("file", "one"));
        Upstream.Commit(("file", "two"));
        Upstream.Tag("v1");
        using (Process update = Process.Start("git", ["-C", Upstream.Path, "update-server-info"]))
        {
            await update.WaitForExitAsync();
        }

        await using PlainHttpServer server = await PlainHttpServer.StartAsync(Path.GetDirectoryName(Upstream.Path)!);
        string url = server.Url("up%20stream/.git");
        ListedTag tag = Assert.Single(await List(url));
        (string directory, _) = await Fetch(tag, url: url);
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(directory, "file")));
        Assert.False(Directory.Exists(Path.Combine(directory, ".git")));
    }
}
