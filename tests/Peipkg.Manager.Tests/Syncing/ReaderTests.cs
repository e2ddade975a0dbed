using System.Globalization;
using Peipkg.Format;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;
using Peipkg.Manager.Tests.EndToEnd;
using Peipkg.Manager.Tests.Git;
using Xunit.Abstractions;

namespace Peipkg.Manager.Tests.Syncing;

/// <summary>
/// Consumers who read without pause while generation after generation is synced, and syncs that are cut wherever they
/// happen to be. PEIPKG_TEST_SYNCS says how many (the long scenario: 50).
/// </summary>
[Trait("Speed", "slow")]
public sealed class ReaderTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Syncs = int.Parse(
        Environment.GetEnvironmentVariable("PEIPKG_TEST_SYNCS") ?? "4",
        CultureInfo.InvariantCulture
    );

    private readonly SyncBench _bench = new();
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _bench.Dispose();
    }

    private UploadConfig Git() =>
        new()
        {
            Name = "git",
            Backend = UploadBackend.Git,
            Remote = _bench.Ssh.Url(_bench["pages.git"]),
            Mode = UploadMode.Orphan,
            Branch = "gh-pages",
        };

    private UploadConfig Switch() =>
        new()
        {
            Name = "switch",
            Backend = UploadBackend.Rsync,
            Remote = SshServer.RsyncPath(_bench["switch"]),
            Mode = UploadMode.Switch,
        };

    private UploadConfig InPlace() =>
        new()
        {
            Name = "in-place",
            Backend = UploadBackend.Rsync,
            Remote = SshServer.RsyncPath(_bench["www"]),
        };

    private UploadConfig Folder() =>
        new()
        {
            Name = "folder",
            Backend = UploadBackend.Rclone,
            Remote = _bench["folder"],
        };

    [Fact]
    [Trait("Scenario", "syncs")]
    public async Task A_reader_never_sees_an_index_whose_signature_or_packages_are_missing()
    {
        TestFarm.RunTool("/usr/bin/git", "init", "--quiet", "--bare", _bench["pages.git"]);
        using S3Server s3 = new(_bench["s3"]);
        UploadConfig bucket = new()
        {
            Name = "s3",
            Backend = UploadBackend.Rclone,
            Remote = s3.Remote,
        };
        UploadConfig[] targets = [Git(), Switch(), InPlace(), Folder(), bucket];
        Syncer syncer = _bench.Start(targets);
        _bench.Publish();
        await syncer.SyncAsync(force: true, CancellationToken.None);

        using CancellationTokenSource end = new();
        Task<(int Reads, int Generations)>[] readers =
        [
            // One ref, one link: what is read at one moment belongs together, without a second try.
            ReadAsync(() => Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")), end.Token),
            ReadAsync(() => Reader.Read(Reader.Link(_bench["switch/current"])), end.Token),
            ReadAsync(() => Reader.ReadPatiently(Reader.Folder(_bench["www"])), end.Token),
            ReadAsync(() => Reader.ReadPatiently(Reader.Folder(_bench["folder"])), end.Token),
            ReadAsync(() => Reader.ReadPatiently(Reader.Web(_client, s3.Url)), end.Token),
        ];
        int again = 0;
        for (int i = 0; i < Syncs; i++)
        {
            _bench.Publish();
            await syncer.SyncAsync(force: true, CancellationToken.None);
            if (_bench.Known(bucket).LastError is { Length: > 0 } error)
            {
                // This S3 server drops a request now and then on a busy machine; the next sync mends it.
                output.WriteLine($"sync {i} to {bucket.Name}: {error}");
                again++;
                await syncer.SyncAsync(force: true, CancellationToken.None);
            }

            foreach (UploadConfig target in targets)
            {
                SyncTargetRecord known = _bench.Known(target);
                Assert.True(known.LastError.Length == 0, $"sync {i} to {target.Name}: {known.LastError}");
                Assert.Equal((long)i + 3, known.Generation);
            }
        }

        Assert.InRange(again, 0, 1 + (Syncs / 10));
        await end.CancelAsync();
        (int Reads, int Generations)[] seen = await Task.WhenAll(readers);
        foreach ((UploadConfig target, (int reads, int generations)) in targets.Zip(seen))
        {
            output.WriteLine(
                $"{target.Name}: {Syncs} syncs, {reads} reads, {generations} generations seen, none of them torn"
            );
            Assert.True(reads > 0, target.Name);
        }
    }

    [Theory]
    [InlineData("git")]
    [InlineData("switch")]
    [InlineData("in-place")]
    [InlineData("folder")]
    [Trait("Scenario", "syncs")]
    public async Task A_sync_killed_anywhere_is_completed_later_and_leaves_what_was_there(string kind)
    {
        TestFarm.RunTool("/usr/bin/git", "init", "--quiet", "--bare", _bench["pages.git"]);
        UploadConfig target = kind switch
        {
            "git" => Git(),
            "switch" => Switch(),
            "in-place" => InPlace(),
            _ => Folder(),
        };
        Func<ulong> read = kind switch
        {
            "git" => () => Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")),
            "switch" => () => Reader.Read(Reader.Link(_bench["switch/current"])),
            "in-place" => () => Reader.Read(Reader.Folder(_bench["www"])),
            _ => () => Reader.Read(Reader.Folder(_bench["folder"])),
        };
        Syncer syncer = _bench.Start(target);
        _bench.Publish();
        await syncer.SyncAsync(force: true, CancellationToken.None);
        Random random = new(20260507);
        ulong generation = read();
        int cut = 0;
        for (int i = 0; i < Syncs; i++)
        {
            _bench.Publish();
            Task sync = Task.Run(() => syncer.SyncAsync(force: true, CancellationToken.None));
            await Task.Delay(random.Next(0, 500));
            _bench.KillChildren();
            await sync;
            SyncTargetRecord known = _bench.Known(target);
            if (known.LastError.Length > 0)
            {
                cut++;
                if (known.Switching && target.Mode == UploadMode.InPlace)
                {
                    // Not even one verifiable generation can be promised between two documents; but that is known, and
                    // taken up again in seconds.
                    Assert.True(known.NextAttempt <= _bench.Clock.Now.AddSeconds(5));
                }
                else
                {
                    Assert.InRange(read(), generation, generation + 1);
                }
            }

            await syncer.SyncAsync(force: true, CancellationToken.None);
            Assert.Equal("", _bench.Known(target).LastError);
            Assert.Equal(++generation, read());
        }

        output.WriteLine($"{kind}: {cut} of {Syncs} syncs were cut");
    }

    [Theory]
    [InlineData("cut?after=1")]
    [InlineData("cut?after=9")]
    [InlineData("refuse?after=6")]
    [InlineData("refuse?after=12")]
    public async Task A_bucket_that_cuts_or_refuses_is_completed_when_it_is_well_again(string mode)
    {
        using S3Server s3 = new(_bench["s3"]);
        UploadConfig target = new()
        {
            Name = "s3",
            Backend = UploadBackend.Rclone,
            Remote = s3.Remote,
        };
        Syncer syncer = _bench.Start(target);
        _bench.Publish();
        await syncer.SyncAsync(force: true, CancellationToken.None);
        _bench.Publish();
        s3.Set(mode);
        await syncer.SyncAsync(force: true, CancellationToken.None);
        SyncTargetRecord known = _bench.Known(target);
        Assert.NotEqual("", known.LastError);
        Assert.Equal(2, known.Generation);
        s3.Set("well");
        if (!known.Switching)
        {
            Assert.Equal(2ul, Reader.Read(Reader.Web(_client, s3.Url)));
        }

        await syncer.SyncAsync(force: true, CancellationToken.None);
        Assert.Equal(("", 3), (_bench.Known(target).LastError, _bench.Known(target).Generation));
        Assert.Equal(3ul, Reader.Read(Reader.Web(_client, s3.Url)));
    }

    [Fact]
    public async Task A_bucket_that_throttles_gets_everything_in_the_end()
    {
        using S3Server s3 = new(_bench["s3"]);
        UploadConfig target = new()
        {
            Name = "s3",
            Backend = UploadBackend.Rclone,
            Remote = s3.Remote,
        };
        s3.Set("throttle?every=5");
        _bench.Publish();
        await _bench.Start(target).SyncAsync(force: true, CancellationToken.None);
        Assert.Equal("", _bench.Known(target).LastError);
        s3.Set("well");
        Assert.Equal(2ul, Reader.Read(Reader.Web(_client, s3.Url)));
    }

    [Fact]
    public async Task A_push_that_the_server_refuses_changes_nothing_and_says_why()
    {
        TestFarm.RunTool("/usr/bin/git", "init", "--quiet", "--bare", _bench["pages.git"]);
        UploadConfig target = Git();
        Syncer syncer = _bench.Start(target);
        _bench.Publish();
        await syncer.SyncAsync(force: true, CancellationToken.None);
        string hook = _bench["pages.git/hooks/pre-receive"];
        Directory.CreateDirectory(_bench["pages.git/hooks"]);
        File.WriteAllText(
            hook,
            "#!/bin/sh\necho 'file plain.peipkg is 104.00 MB; this exceeds the limit of 100 MB'\nexit 1\n"
        );
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _bench.Publish();
        await syncer.SyncAsync(force: true, CancellationToken.None);
        Assert.Contains("exceeds the limit", _bench.Known(target).LastError, StringComparison.Ordinal);
        Assert.Equal(2ul, Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")));
        File.Delete(hook);
        await syncer.SyncAsync(force: true, CancellationToken.None);
        Assert.Equal(3ul, Reader.Read(Reader.Branch(_bench["pages.git"], "gh-pages")));
    }

    private static Task<(int Reads, int Generations)> ReadAsync(Func<ulong> read, CancellationToken end) =>
        Task.Run(() =>
        {
            int reads = 0;
            HashSet<ulong> generations = [];
            while (!end.IsCancellationRequested)
            {
                try
                {
                    generations.Add(read());
                    reads++;
                    Thread.Sleep(2);
                }
                catch (FormatViolationException exception)
                {
                    throw new TornException(exception.Message);
                }
            }

            return (reads, generations.Count);
        });
}
