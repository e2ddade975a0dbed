using System.Diagnostics;
using System.Globalization;
using System.Text;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Names that an upstream gives its tags and branches, all of them taken for versions by a careless recipe.</summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public class TagTests
{
    private static readonly string[] Names =
    [
        "--upload-pack=touch${IFS}pwned",
        "-c",
        "--",
        "-u./x",
        "--output=pwned",
        "v1$(touch${IFS}pwned)",
        "v1`touch${IFS}pwned`",
        "v1;touch${IFS}pwned",
        "v1|sh",
        "v1&sh",
        "v1>pwned",
        "v1'\"",
        "v1%s%n%x",
        "v1/refs/heads/x",
        "v1@",
        "v1\u202egnp.exe",
        "v1\u00a0x",
        "v😀",
        "v1,2",
        "v1=2",
        "v#",
        "v1!x",
        "HEAD",
        "refs/tags/v1",
        "v1.0-" + new string('a', 240),
        "v" + new string('9', 240),
        "v1.0-" + new string('b', 5000),
        string.Join('/', Enumerable.Repeat("v1", 500)),
    ];

    [Fact]
    public void Whatever_tags_are_called_they_are_names_and_many_of_them_are_only_many()
    {
        int count = HostileFarm.All ? 50_000 : 3_000;
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", watch: "[watch]\nbackfill = \"latest\"");
        string recipe = File.ReadAllText(farm["recipes/hello/peipkg.toml"]);
        File.WriteAllText(
            farm["recipes/hello/peipkg.toml"],
            recipe.Replace("^v([0-9.]+)$", "^v?(.*)$", StringComparison.Ordinal)
        );
        string commit = farm.Upstream.Commit(("greeting", "hello\n"));

        // As a server would list them; git itself is not asked whether it likes the names.
        StringBuilder packed = new("# pack-refs with: peeled fully-peeled sorted \n");
        IEnumerable<string> tags = Names.Concat(
            Enumerable
                .Range(0, count)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"v0.{i / 100}.{i % 100}"))
        );
        foreach (
            string reference in tags.Select(tag => "refs/tags/" + tag)
                .Concat(Names.Select(name => "refs/heads/" + name))
                .Order(StringComparer.Ordinal)
        )
        {
            packed.Append(commit).Append(' ').Append(reference).Append('\n');
        }

        File.WriteAllText(Path.Combine(farm.Upstream.Path, ".git", "packed-refs"), packed.ToString());
        Stopwatch watch = Stopwatch.StartNew();
        using (ManagerProcess manager = farm.Start("--once"))
        {
            manager.WaitForExit();
            Assert.Contains("msg=\"poll complete\"", manager.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", manager.Log, StringComparison.Ordinal);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(110), watch.Elapsed.ToString());
        using (ManagerDatabase database = ManagerDatabase.Open(farm["state/manager.db"]))
        {
            Assert.True(new BuildStore(database).OfRecipe("hello").Count >= count);
        }

        // What has a version is built: one, the highest; the rest are passed over.
        Assert.Equal(2, farm.Published().Count);
        Assert.Empty(Directory.EnumerateFiles(farm.Path, "pwned", SearchOption.AllDirectories));
        Assert.Empty(HostileFarm.Left(farm));

        // The next look at all of them changes nothing and is quick.
        watch.Restart();
        (_, string log) = farm.Once();
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(110), watch.Elapsed.ToString());
    }
}
