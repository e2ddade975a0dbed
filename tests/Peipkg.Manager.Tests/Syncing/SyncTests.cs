using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;
using Peipkg.Manager.Tests.EndToEnd;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Tests.Syncing;

/// <summary>Every backend against the real thing: sshd, a bare repository, an S3 server, directories.</summary>
[Trait("Speed", "slow")]
public sealed class SyncTests : IDisposable
{
    private readonly SyncBench _bench = new();
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _bench.Dispose();
    }

    private static UploadConfig Rsync(string remote, UploadMode mode) =>
        new()
        {
            Name = "rsync",
            Backend = UploadBackend.Rsync,
            Remote = remote,
            Mode = mode,
        };

    private UploadConfig ToGit(UploadMode mode, string branch = "gh-pages") =>
        new()
        {
            Name = "git",
            Backend = UploadBackend.Git,
            Remote = _bench.Ssh.Url(_bench["pages.git"]),
            Mode = mode,
            Branch = branch,
        };

    private void Bare() => TestFarm.RunTool("/usr/bin/git", "init", "--quiet", "--bare", _bench["pages.git"]);

    private string InBare(params string[] arguments) =>
        TestFarm.RunTool("/usr/bin/git", ["-C", _bench["pages.git"], .. arguments]).Trim();

    private static Task SyncAsync(Syncer syncer) => syncer.SyncAsync(force: true, CancellationToken.None);

    private void AssertWell(UploadConfig upload)
    {
        SyncTargetRecord known = _bench.Known(upload);
        Assert.Equal(("", 0, false), (known.LastError, known.Failures, known.Switching));
    }

    [Fact]
    public async Task Git_over_ssh_shows_one_commit_that_is_the_repository_and_keeps_what_is_not_ours()
    {
        Bare();
        UploadConfig git = ToGit(UploadMode.Orphan);
        Syncer syncer = _bench.Start(git);
        _bench.Publish();
        await SyncAsync(syncer);
        AssertWell(git);
        Assert.Equal(1ul + 1, Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")));
        string first = InBare("rev-parse", "gh-pages");
        Assert.Equal("", InBare("show", "gh-pages:.nojekyll"));

        // As GitHub does when a custom domain is set: a commit of its own.
        string clone = _bench["clone"];
        TestFarm.RunTool("/usr/bin/git", "clone", "--quiet", "--branch", "gh-pages", _bench["pages.git"], clone);
        File.WriteAllText(Path.Combine(clone, "CNAME"), "pkgs.example.org");
        TestFarm.RunTool("/usr/bin/git", "-C", clone, "add", "CNAME");
        TestFarm.RunTool(
            "/usr/bin/git",
            "-C",
            clone,
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@y",
            "commit",
            "--quiet",
            "-m",
            "Create CNAME"
        );
        TestFarm.RunTool("/usr/bin/git", "-C", clone, "push", "--quiet");

        _bench.Publish();
        await SyncAsync(syncer);
        AssertWell(git);
        Assert.Equal("1", InBare("rev-list", "--count", "gh-pages"));
        Assert.Equal("pkgs.example.org", InBare("show", "gh-pages:CNAME"));
        Assert.NotEqual(first, InBare("rev-parse", "gh-pages"));
        Assert.Equal(3ul, Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")));
    }

    [Fact]
    public async Task Git_shows_the_very_bytes_whatever_attributes_the_branch_has_and_makes_a_damaged_cache_again()
    {
        Bare();
        UploadConfig git = ToGit(UploadMode.History);
        Syncer syncer = _bench.Start(git);
        _bench.Publish();
        await SyncAsync(syncer);
        string clone = _bench["clone"];
        TestFarm.RunTool("/usr/bin/git", "clone", "--quiet", "--branch", "gh-pages", _bench["pages.git"], clone);
        File.WriteAllText(Path.Combine(clone, ".gitattributes"), "* text eol=crlf ident filter=lfs\n");
        TestFarm.RunTool("/usr/bin/git", "-C", clone, "add", ".gitattributes");
        TestFarm.RunTool(
            "/usr/bin/git",
            ["-C", clone, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "Attributes"]
        );
        TestFarm.RunTool("/usr/bin/git", "-C", clone, "push", "--quiet");
        _bench.Publish();
        await SyncAsync(syncer);
        AssertWell(git);
        Assert.Equal(3ul, Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")));

        foreach (string damaged in Directory.EnumerateFiles(_bench.Layout.Sync, "*", SearchOption.AllDirectories))
        {
            if (damaged.Contains("/git/", StringComparison.Ordinal))
            {
                File.SetUnixFileMode(damaged, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.WriteAllText(damaged, "");
            }
        }

        _bench.Publish();
        await SyncAsync(syncer);
        AssertWell(git);
        Assert.Equal(4ul, Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")));
        Assert.Equal("", InBare("fsck", "--strict"));
    }

    [Fact]
    public async Task Git_with_history_adds_a_commit_each_time_and_none_for_what_is_there()
    {
        Bare();
        UploadConfig git = ToGit(UploadMode.History, "pages/live");
        Syncer syncer = _bench.Start(git);
        for (int i = 1; i <= 3; i++)
        {
            _bench.Publish();
            await SyncAsync(syncer);
            AssertWell(git);
            Assert.Equal($"{i}", InBare("rev-list", "--count", "pages/live"));
        }

        // Whoever loses the database pushes nothing that is there already.
        _bench.Store.Failed(SyncTarget.From(git).Key, "git", "", "x", _bench.Clock.Now);
        Directory.Delete(_bench.Layout.Sync, recursive: true);
        Directory.CreateDirectory(_bench.Layout.Sync);
        _bench.Store.Succeeded(SyncTarget.From(git).Key, "git", "", "forgotten", 0, "");
        await SyncAsync(_bench.Start(git));
        AssertWell(git);
        Assert.Equal("3", InBare("rev-list", "--count", "pages/live"));
    }

    [Fact]
    public async Task Rsync_over_ssh_switches_a_link_between_whole_generations_and_keeps_the_last_ones()
    {
        UploadConfig rsync = Rsync(Git.SshServer.RsyncPath(_bench["www"]), UploadMode.Switch);
        Syncer syncer = _bench.Start(rsync);
        for (ulong i = 2; i <= 6; i++)
        {
            _bench.Publish();
            await SyncAsync(syncer);
            AssertWell(rsync);
            Assert.Equal(i, Reader.Read(Reader.Link(_bench["www/current"])));
        }

        Assert.Equal(3, Directory.GetDirectories(_bench["www/generations"]).Length);
        TestFarm.RunTool(Tools.Repo, "verify", "--repo", _bench["www/current"] + "/");
    }

    [Fact]
    public async Task What_an_operator_is_changing_by_hand_goes_out_when_it_is_done()
    {
        UploadConfig rsync = Rsync(_bench["www"], UploadMode.Switch);
        Syncer syncer = _bench.Start(rsync);
        string file = Path.Combine(_bench.Repository, RepositoryLayout.LockFile);
        FileLock held = FileLock.TryTake(file, create: true, out _)!;
        await SyncAsync(syncer);
        Assert.Equal(0, _bench.Known(rsync).Generation);

        // What a killed command leaves is nobody's lock.
        held.Dispose();
        Assert.True(File.Exists(file));
        await SyncAsync(syncer);
        AssertWell(rsync);
        Assert.Equal(1UL, Reader.Read(Reader.Link(_bench["www/current"])));
    }

    [Fact]
    public async Task Compressed_copies_that_the_repository_no_longer_keeps_go_from_a_target_in_place()
    {
        UploadConfig rsync = Rsync(_bench["www"], UploadMode.InPlace);
        Syncer syncer = _bench.Start(rsync);
        _bench.Publish();
        await SyncAsync(syncer);
        string[] old = [_bench["www/index/active.json.gz"], _bench["www/site/app.js.br"], _bench["www/index.html.zst"]];
        string[] others = [_bench["www/mine.gz"], _bench["www/site/mine.html"], _bench["www/index/mine"]];
        foreach (string path in (string[])[.. old, .. others])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "x");
        }

        _bench.Publish();
        await SyncAsync(syncer);
        AssertWell(rsync);
        Assert.All(old, static path => Assert.False(File.Exists(path), path));
        Assert.All(others, static path => Assert.True(File.Exists(path), path));
    }

    [Fact]
    public async Task Names_and_versions_that_are_hard_on_servers_are_fetched_from_s3_with_the_right_headers()
    {
        using S3Server s3 = new(_bench["s3"]);
        UploadConfig rclone = new()
        {
            Name = "s3",
            Backend = UploadBackend.Rclone,
            Remote = s3.Remote,
            PublicUrl = s3.Url,
        };
        _bench.Publish("lib++", "plain");
        await SyncAsync(_bench.Start(rclone));
        AssertWell(rclone);
        Assert.Equal("", _bench.Known(rclone).CheckError);
        Assert.NotNull(_bench.Known(rclone).CheckedAt);
        Assert.Equal(2ul, Reader.Read(Reader.Web(_client, s3.Url)));
        using HttpResponseMessage package = await _client.GetAsync(
            new Uri(s3.Url + "/p/lib++/1:2.1~rc1-1/lib++_1:2.1~rc1-1_noarch.peipkg")
        );
        Assert.Equal("public, max-age=31536000, immutable", Assert.Single(package.Headers.GetValues("Cache-Control")));

        // What lies beside a package changes when somebody has rebuilt it.
        foreach (
            string path in (string[])
                ["/index/active.json", "/p/lib++/1:2.1~rc1-1/lib++_1:2.1~rc1-1_noarch.json", "/index.html"]
        )
        {
            using HttpResponseMessage other = await _client.GetAsync(new Uri(s3.Url + path));
            Assert.Equal("public, max-age=60", Assert.Single(other.Headers.GetValues("Cache-Control")));
        }

        // Whatever is written down of it, the credentials are not.
        foreach (string file in Directory.EnumerateFiles(_bench["state"], "*", SearchOption.AllDirectories))
        {
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf("S3RVER"u8) < 0, file);
        }
    }

    [Fact]
    public async Task What_is_served_is_compared_with_what_was_synced_and_a_difference_has_its_cause()
    {
        using S3Server s3 = new(_bench["s3"]);
        UploadConfig elsewhere = new()
        {
            Name = "s3",
            Backend = UploadBackend.Rclone,
            Remote = _bench["bucket"],
            PublicUrl = s3.Url,
            CheckWithin = TimeSpan.FromSeconds(1),
        };
        _bench.Publish();
        Syncer syncer = _bench.Start(elsewhere);
        using CancellationTokenSource finish = new();
        Task run = syncer.RunAsync(finish.Token, CancellationToken.None);
        await EventuallyAsync(() =>
        {
            _bench.Clock.Now = _bench.Clock.Now.AddSeconds(1);
            syncer.Request();
            return _bench.Known(elsewhere).CheckError.Length > 0;
        });
        Assert.Equal(
            $"{s3.Url}/repo.json cannot be fetched: the host answers 404 Not Found",
            _bench.Known(elsewhere).CheckError
        );
        await finish.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Packages_can_be_served_elsewhere_and_are_there_before_the_index_names_them()
    {
        using SyncBench bench = new() { PackagesUrl = "https://files.example.org/x" };
        UploadConfig packages = new()
        {
            Name = "files",
            Backend = UploadBackend.Rsync,
            Remote = bench["nowhere/file/files"],
            Content = UploadContent.Packages,
            PublicUrl = bench.PackagesUrl,
        };
        UploadConfig pages = Rsync(bench["www"], UploadMode.InPlace);
        Syncer syncer = bench.Start(pages, packages);
        await SyncAsync(syncer);
        Directory.CreateDirectory(bench["nowhere"]);
        Directory.Delete(bench["nowhere/file/files"], recursive: true);
        Directory.Delete(bench["nowhere/file"], recursive: true);
        File.WriteAllText(bench["nowhere/file"], "in the way");
        bench.Publish();
        await SyncAsync(syncer);
        Assert.Equal(1, bench.Known(pages).Generation);
        Assert.NotEqual("", bench.Known(packages).LastError);

        File.Delete(bench["nowhere/file"]);
        await SyncAsync(syncer);
        Assert.Equal((2, 2), (bench.Known(pages).Generation, bench.Known(packages).Generation));
        IndexEntry entry = IndexDocument.Read(File.ReadAllBytes(bench["www/index/active.json"])).Packages[0];
        Assert.Equal("https://files.example.org/x/p/lib++/1:2.1~rc1-1/lib++_1:2.1~rc1-1_noarch.peipkg", entry.Url);
        Assert.True(File.Exists(bench["nowhere/file/files/p/lib++/1:2.1~rc1-1/lib++_1:2.1~rc1-1_noarch.peipkg"]));
        Assert.Empty(Directory.EnumerateFiles(bench["www"], "*.peipkg", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_descriptor_goes_first_only_when_it_fits_the_old_indexes_and_the_old_one_may_not_fit_the_new()
    {
        _bench.Publish();
        SyncSource source = SyncSource.Take(new RepositoryState(_bench.Repository), _bench["tree"]);
        Assert.False(source.DescriptorFirst(""));
        Assert.False(source.DescriptorFirst(source.Signer));
        Assert.False(source.DescriptorFirst(new string('a', 64)));
        SyncSource rotated = source with { Signer = new string('b', 64) };
        Assert.True(rotated.DescriptorFirst(source.Signer));
        SyncSource revoked = rotated with { Keys = [source.Keys[0] with { Status = KeyStatus.Revoked }] };
        Assert.False(revoked.DescriptorFirst(source.Signer));
    }

    internal static async Task EventuallyAsync(Func<bool> condition)
    {
        for (int i = 0; i < 600; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("it did not happen");
    }
}
