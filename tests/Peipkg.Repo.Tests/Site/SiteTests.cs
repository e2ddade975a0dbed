using System.Text;
using System.Text.Json;
using Peipkg.Repo.Site;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Site;

public sealed class SiteTests
{
    [Theory]
    [InlineData("zlib")]
    [InlineData("libstdc++")]
    [InlineData("pkgconfig(gtk+-3.0)")]
    public void Every_name_has_its_file(string name) =>
        Assert.InRange(SiteLayout.NumberOf(name), 0, SiteLayout.NameFiles - 1);

    [Fact]
    public void A_publication_brings_the_browser_with_the_packages()
    {
        using RepositoryFixture fixture = new();
        fixture.InitWith("alpha", "beta");
        string front = File.ReadAllText(fixture["repo/index.html"]);
        Assert.Contains("href=\"package.html?name=alpha\"", front, StringComparison.Ordinal);
        Assert.Contains("The &quot;beta&quot; &lt;package&gt; &amp; more", front, StringComparison.Ordinal);
        Assert.Contains(fixture.Key.PublicKey.Fingerprint.Grouped, front, StringComparison.Ordinal);
        using JsonDocument details = JsonDocument.Parse(
            File.ReadAllBytes(fixture["repo/p/alpha/1.0-1/alpha_1.0-1_x86_64.json"])
        );
        Assert.Equal(fixture.Key.PublicKey.Fingerprint.Text, details.RootElement.GetProperty("signer").GetString());
        Assert.Equal(
            "usr/share/alpha/data",
            details.RootElement.GetProperty("files")[0].GetProperty("path").GetString()
        );
        string names = File.ReadAllText(fixture["repo/" + SiteLayout.NamesFile(SiteLayout.NumberOf("base"))]);
        Assert.Contains("\"base\":{\"needed_by\":[\"alpha\",\"beta\"]}", names, StringComparison.Ordinal);
        RepositoryFixture.Succeed(fixture.Verify());
    }

    [Fact]
    public void The_same_generation_gives_the_same_bytes_in_place_and_out_of_place()
    {
        using RepositoryFixture fixture = new();
        fixture.InitWith("alpha", "beta");
        fixture.Pack("gamma");
        RepositoryFixture.Succeed(fixture.Publish("--out", fixture["other"]));
        RepositoryFixture.Succeed(fixture.Publish());
        Assert.Equal(SiteOf(fixture["other"]), SiteOf(fixture.Repo));
    }

    [Fact]
    public void A_publication_rewrites_only_what_it_changes()
    {
        using RepositoryFixture fixture = new();
        fixture.InitWith("alpha", "beta");
        foreach (string file in Directory.EnumerateFiles(fixture.Repo, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        }

        fixture.Pack("beta", "2.0-1");
        RepositoryFixture.Succeed(fixture.Publish());
        string[] written =
        [
            .. SiteOf(fixture.Repo)
                .Keys.Where(path => File.GetLastWriteTimeUtc(fixture["repo/" + path]) != DateTime.UnixEpoch),
        ];
        Assert.Equal(
            new[]
            {
                "index.html",
                "p/beta/2.0-1/beta_2.0-1_x86_64.json",
                SiteLayout.FilesFile(0),
                // What one build made: the two had one version and one time.
                SiteLayout.NamesFile(SiteLayout.NumberOf("alpha")),
                SiteLayout.NamesFile(SiteLayout.NumberOf("beta")),
                "site/packages.json",
            }.Order(StringComparer.Ordinal),
            written
        );
    }

    [Fact]
    public void The_index_of_paths_is_made_anew_where_it_is_not_what_it_says()
    {
        using RepositoryFixture fixture = new();
        fixture.InitWith("alpha", "beta");
        string file = fixture["repo/" + SiteLayout.FilesFile(0)];
        byte[] good = File.ReadAllBytes(file);
        Assert.Contains(
            "[\"alpha\",[\"usr/share/alpha/\",\"data\"]],[\"beta\",[\"usr/share/beta/\",\"data\"]]",
            Encoding.UTF8.GetString(good),
            StringComparison.Ordinal
        );
        Assert.Contains("data-files=\"1\"", File.ReadAllText(fixture["repo/index.html"]), StringComparison.Ordinal);
        Assert.DoesNotContain("site/files", fixture.Verify().Error, StringComparison.Ordinal);

        // Damaged without its head, or lost: seen, and mended by the next publication.
        fixture.ClearNew();
        foreach (bool isLost in new[] { false, true })
        {
            File.WriteAllText(file, Encoding.UTF8.GetString(good).Replace("data", "atad", StringComparison.Ordinal));
            if (isLost)
            {
                File.Delete(file);
            }

            Assert.Contains("site/files/00.json", fixture.Verify().Error, StringComparison.Ordinal);
            RepositoryFixture.Succeed(fixture.Publish());
            Assert.Equal(good, File.ReadAllBytes(file));
        }

        // A repository without a browser has none.
        fixture.Pack("alpha", "2.0-1");
        RepositoryFixture.Succeed(fixture.Publish("--no-site"));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void A_repository_from_before_the_browser_gets_all_its_pages_at_once()
    {
        using RepositoryFixture fixture = new();
        RepositoryFixture.Succeed(fixture.Init());
        fixture.Pack("alpha");
        fixture.Pack("lost");
        RepositoryFixture.Succeed(fixture.Publish("--no-site"));
        Assert.Empty(SiteOf(fixture.Repo));
        fixture.ClearNew();
        File.Delete(fixture["repo/p/lost/1.0-1/lost_1.0-1_x86_64.peipkg"]);
        fixture.Pack("beta");
        RepositoryFixture.Succeed(fixture.Publish());
        string details = File.ReadAllText(fixture["repo/p/alpha/1.0-1/alpha_1.0-1_x86_64.json"]);
        Assert.Contains("usr/share/alpha/data", details, StringComparison.Ordinal);
        Assert.Contains(
            "\"files\":null",
            File.ReadAllText(fixture["repo/p/lost/1.0-1/lost_1.0-1_x86_64.json"]),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void No_site_removes_the_browser_and_a_foreign_page_is_left_alone()
    {
        using RepositoryFixture fixture = new();
        fixture.InitWith("alpha");
        fixture.Pack("beta");
        RepositoryFixture.Succeed(fixture.Publish("--no-site"));
        Assert.False(File.Exists(fixture["repo/index.html"]));
        Assert.False(Directory.Exists(fixture["repo/site"]));
        fixture.ClearNew();
        File.WriteAllText(fixture["repo/index.html"], "mine");
        RunResult result = fixture.Publish();
        RepositoryFixture.Succeed(result);
        Assert.Contains("gets no package browser", result.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(fixture["repo/index.html"]));
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Many_packages_are_listed_by_letter_and_packages_never_take_the_browsers_places()
    {
        using RepositoryFixture fixture = new();
        RepositoryFixture.Succeed(fixture.Init());
        for (int i = 0; i <= SitePages.OneList; i++)
        {
            fixture.Pack($"{"abc"[i % 3]}-package{i}");
        }

        RepositoryFixture.Succeed(fixture.Publish());
        Assert.Contains("site/list/a.html", File.ReadAllText(fixture["repo/index.html"]), StringComparison.Ordinal);
        Assert.Contains(
            "aria-current=\"page\">B</a>",
            File.ReadAllText(fixture["repo/site/list/b.html"]),
            StringComparison.Ordinal
        );
        fixture.ClearNew();
        fixture.Pack("delta");
        Assert.Equal(2, fixture.Publish("--package-url-template", "/site/{filename}").Code);
    }

    [Fact]
    public void A_packages_document_is_read_back_only_for_the_same_entry()
    {
        using RepositoryFixture fixture = new();
        fixture.InitWith("alpha", "beta");
        Peipkg.Repo.Indexing.IndexSheet sheet = Peipkg
            .Repo.Indexing.IndexReader.Read(File.ReadAllBytes(fixture["repo/index/active.json"]))
            .Whole;
        byte[] document = File.ReadAllBytes(fixture["repo/p/alpha/1.0-1/alpha_1.0-1_x86_64.json"]);
        PackageContent content = Assert.IsType<PackageContent>(PackageDetails.TryRead(document, sheet.Rows[0]));
        Assert.Equal(["usr/share/alpha/data"], content.Paths);
        Assert.Null(PackageDetails.TryRead(document, sheet.Rows[1]));
        for (int length = 0; length < document.Length - 2; length++)
        {
            Assert.Null(PackageDetails.TryRead(document.AsSpan(0, length), sheet.Rows[0]));
        }
    }

    private static SortedDictionary<string, string> SiteOf(string root) =>
        new(
            RepositoryFixture
                .Content(root)
                .Where(static file => SiteLayout.Owns(file.Key))
                .ToDictionary(StringComparer.Ordinal),
            StringComparer.Ordinal
        );
}
