using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Mirroring;

/// <summary>Whole copies of a served repository.</summary>
public sealed class MirrorOperationTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();
    private readonly ConcurrentBag<string> _requests = [];
    private readonly StaticServer _server;
    private Func<string, Func<Stream, CancellationToken, Task>?> _special = static _ => null;

    public MirrorOperationTests() =>
        _server = new StaticServer(_fixture.Repo)
        {
            Special = path =>
            {
                _requests.Add(path);
                return _special(path);
            },
        };

    private string Copy => _fixture["copy"];

    [Theory]
    [InlineData("psd-009")]
    [InlineData("pspu-5")]
    public void A_copy_is_the_same_byte_for_byte_and_consumers_follow_it(string edition)
    {
        RepositoryFixture.Succeed(_fixture.Init("--edition", edition));
        PublishNew("aa", "bb");
        RunResult first = Mirror();
        RepositoryFixture.Succeed(first);
        Assert.Contains("2 packages fetched", first.Output, StringComparison.Ordinal);
        AssertSame();
        Consumer consumer = new(url => File.Exists(Copy + url) ? File.ReadAllBytes(Copy + url) : null);
        Assert.Equal(
            Refresh.News,
            consumer.Add(Timestamp.Parse("2026-01-03T00:00:00Z"), [_fixture.Key.PublicKey.Fingerprint])
        );

        PublishNew("cc");
        _requests.Clear();
        RunResult next = Mirror();
        RepositoryFixture.Succeed(next);
        Assert.Contains("1 package fetched", next.Output, StringComparison.Ordinal);
        Assert.Equal("/p/cc/1.0-1/cc_1.0-1_x86_64.peipkg", Assert.Single(_requests, static path => IsPackage(path)));
        AssertSame();
        Assert.Equal(Refresh.News, consumer.Update(Timestamp.Parse("2026-01-03T00:00:00Z")));

        Change("withdraw", "cc=1.0-1", "--reason", "bad");
        RepositoryFixture.Succeed(Mirror());
        AssertSame();
        Assert.Equal(Refresh.News, consumer.Update(Timestamp.Parse("2026-01-03T00:00:00Z")));
        Assert.Equal(2, consumer.Active!.Packages.Count);
    }

    [Fact]
    public void What_has_not_changed_is_not_fetched_and_nothing_is_written()
    {
        _fixture.InitWith("aa");
        RepositoryFixture.Succeed(Mirror());
        FileStatus? before = FileStatus.Of(Path.Combine(Copy, "index"));
        _requests.Clear();
        RunResult again = Mirror();
        RepositoryFixture.Succeed(again);
        Assert.Contains("nothing is changed", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            _requests,
            static path => IsPackage(path) || path.EndsWith("e.json", StringComparison.Ordinal)
        );
        Assert.True(before!.Value.IsSameFile(FileStatus.Of(Path.Combine(Copy, "index"))!.Value));
        JsonElement report = JsonDocument.Parse(Mirror("--json").Output).RootElement;
        Assert.False(report.GetProperty("changed").GetBoolean());
        Assert.Equal(0, report.GetProperty("fetched").GetInt32());
    }

    [Fact]
    public void A_broken_run_leaves_what_was_there_and_the_next_one_goes_on_in_the_middle_of_a_file()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        PublishNew("aa");
        RepositoryFixture.Succeed(Mirror());
        SortedDictionary<string, string> before = RepositoryFixture.Content(Copy);
        _fixture.Pack("big", content: string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{i * 7919:x}")));
        RepositoryFixture.Succeed(_fixture.Publish());
        byte[] big = File.ReadAllBytes(_fixture["repo/p/big/1.0-1/big_1.0-1_x86_64.peipkg"]);
        _special = path =>
            path.Contains("/big/", StringComparison.Ordinal)
                ? async (stream, stop) =>
                {
                    await StaticServer.AnswerAsync(
                        stream,
                        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\nContent-Length: {big.Length}"),
                        "",
                        stop
                    );
                    await stream.WriteAsync(big.AsMemory(0, 3000), stop);
                }
                : null;
        RunResult broken = Mirror();
        Assert.Equal(1, broken.Code);
        Assert.Contains("broke off", broken.Error, StringComparison.Ordinal);
        Assert.Equal(
            before,
            new(
                RepositoryFixture
                    .Content(Copy)
                    .Where(static file => !file.Key.StartsWith(".peipkg-repo.fetching/", StringComparison.Ordinal))
                    .ToDictionary(),
                StringComparer.Ordinal
            )
        );
        RepositoryFixture.Succeed(_fixture.Verify("--repo", Copy));

        // Other bytes than it received would show.
        string part = Assert.Single(Directory.GetFiles(Path.Combine(Copy, ".peipkg-repo.fetching")));
        Assert.Equal(3000, new FileInfo(part).Length);
        _special = static _ => null;
        RepositoryFixture.Succeed(Mirror());
        AssertSame();
        Assert.False(Directory.Exists(Path.Combine(Copy, ".peipkg-repo.fetching")));
    }

    [Fact]
    public void A_part_of_something_else_is_begun_anew()
    {
        _fixture.InitWith("aa");
        RepositoryFixture.Succeed(Mirror());
        PublishNew("other");
        _special = path =>
            path.Contains("/other/", StringComparison.Ordinal)
                ? static async (stream, stop) =>
                {
                    await StaticServer.AnswerAsync(stream, "HTTP/1.1 200 OK\nContent-Length: 500", "", stop);
                    await stream.WriteAsync(new byte[100], stop);
                }
                : null;
        Assert.Equal(1, Mirror().Code);
        _special = static _ => null;
        RepositoryFixture.Succeed(Mirror());
        AssertSame();
    }

    [Fact]
    public void Other_bytes_than_the_index_names_and_missing_ones_are_refused()
    {
        _fixture.InitWith("aa");
        string package = _fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"];
        byte[] bytes = File.ReadAllBytes(package);
        File.WriteAllBytes(package, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        Refused("sends other bytes at");
        File.WriteAllBytes(package, [.. bytes, 0]);
        Refused("more than");
        File.Delete(package);
        Refused("is not there; nothing is changed");
        Assert.False(File.Exists(Path.Combine(Copy, "repo.json")));
        File.WriteAllBytes(package, bytes);
        RepositoryFixture.Succeed(Mirror());
        AssertSame();
    }

    [Fact]
    public void It_never_goes_back_and_never_takes_two_stories_of_one_generation()
    {
        _fixture.InitWith("aa");
        string[] old = ["repo.json", "repo.json.sig", .. Index()];
        Dictionary<string, byte[]> before = old.ToDictionary(
            static file => file,
            file => File.ReadAllBytes(_fixture["repo/" + file])
        );
        PublishNew("bb");
        RepositoryFixture.Succeed(Mirror());
        SortedDictionary<string, string> copy = RepositoryFixture.Content(Copy);
        foreach ((string file, byte[] bytes) in before)
        {
            File.WriteAllBytes(_fixture["repo/" + file], bytes);
        }

        Refused("an old state is being served");
        RepositoryFixture.Succeed(_fixture.Publish("--new", Empty(), "--timestamp", "2026-01-02T01:00:00Z"));
        Refused("other indexes with index_version 3");
        Assert.Equal(copy, RepositoryFixture.Content(Copy));
        RepositoryFixture.Succeed(_fixture.Publish("--new", Empty(), "--timestamp", "2026-01-02T02:00:00Z"));
        RepositoryFixture.Succeed(Mirror());
        Assert.False(File.Exists(Path.Combine(Copy, "p/bb/1.0-1/bb_1.0-1_x86_64.peipkg")));
    }

    [Fact]
    public void A_change_of_keys_is_followed_as_consumers_do_and_no_other()
    {
        _fixture.InitWith("aa");
        RepositoryFixture.Succeed(Mirror());
        using SigningKey next = SigningKey.Generate();
        string file = _fixture["next.pem"];
        DurableFile.Write(file, next.ExportPem(), DurableFile.PrivateMode);
        Change("rotate-key", "--old-key", _fixture.KeyFile, "--new-key", file, "--valid-until", "2026-02-01T00:00:00Z");
        RepositoryFixture.Succeed(Mirror());
        AssertSame();
        Assert.True(File.Exists(Path.Combine(Copy, $"keys/{next.PublicKey.Fingerprint.Text}.pub")));

        // Later only the new key signs, which the operator never named; the copy's descriptor lists it.
        RepositoryFixture.Succeed(
            _fixture.Publish("--new", Empty(), "--sign-key", file, "--timestamp", "2026-01-31T00:00:00Z")
        );
        RepositoryFixture.Succeed(
            RepoRun.RunAt(new FixedClock("2026-01-31T00:00:00Z"), "", [.. Arguments(_fixture.Key)])
        );
        AssertSame();

        using SigningKey strange = SigningKey.Generate();
        RunResult foreign = RepoRun.RunAt(new FixedClock("2026-01-31T00:00:00Z"), "", [.. Arguments(strange)]);
        Assert.Equal(1, foreign.Code);
        Assert.Contains("--trust", foreign.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_compares_and_fetches_no_package()
    {
        _fixture.InitWith("aa", "bb");
        RunResult none = Mirror("--check");
        Assert.Equal(1, none.Code);
        Assert.False(Directory.Exists(Copy));
        RepositoryFixture.Succeed(Mirror());
        RunResult same = Mirror("--check");
        RepositoryFixture.Succeed(same);
        Assert.Contains("2 packages compared", same.Output, StringComparison.Ordinal);

        File.AppendAllText(Path.Combine(Copy, "p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"), "x");
        File.Delete(Path.Combine(Copy, "p/bb/1.0-1/bb_1.0-1_x86_64.peipkg"));
        PublishNew("cc");
        SortedDictionary<string, string> before = RepositoryFixture.Content(Copy);
        _requests.Clear();
        RunResult other = Mirror("--check", "--json");
        Assert.Equal(1, other.Code);
        Assert.Equal(
            ["behind index", "damaged p/aa", "missing p/bb", "missing p/cc"],
            JsonDocument
                .Parse(other.Output)
                .RootElement.GetProperty("differences")
                .EnumerateArray()
                .Select(static item =>
                    $"{item.GetProperty("kind")} {string.Join('/', item.GetProperty("file").GetString()!.Split('/').Take(2))}"
                )
        );
        Assert.DoesNotContain(_requests, static path => IsPackage(path));
        Assert.Equal(before, RepositoryFixture.Content(Copy));
    }

    [Fact]
    public void Compressed_copies_are_kept_until_they_are_not_wanted()
    {
        _fixture.InitWith("aa");
        RepositoryFixture.Succeed(Mirror());
        string copy = Path.Combine(Copy, "index/archive.json.zst");
        Assert.False(File.Exists(copy));
        RepositoryFixture.Succeed(Mirror("--precompress"));
        Assert.True(File.Exists(copy));
        PublishNew("bb");
        RepositoryFixture.Succeed(Mirror());
        Assert.True(File.Exists(copy));
        RepositoryFixture.Succeed(_fixture.Verify("--repo", Copy));
        Assert.Contains("nothing is changed", Mirror("--precompress").Output, StringComparison.Ordinal);
        RepositoryFixture.Succeed(Mirror("--no-precompress"));
        AssertSame();

        RunResult both = Mirror("--precompress", "--no-precompress");
        Assert.Equal(1, both.Code);
        Assert.Contains("contradict each other", both.Error, StringComparison.Ordinal);
        RunResult part = Mirror("--newest", "1", "--precompress");
        Assert.Equal(1, part.Code);
        Assert.Contains("publish --precompress", part.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_mirror_stays_and_what_is_one_is_changed_by_nothing_else()
    {
        _fixture.InitWith("aa");
        RunResult own = RepoRun.Run(Arguments(_fixture.Key, _fixture.Repo));
        Assert.Equal(1, own.Code);
        Assert.Contains("no whole mirror that this command made", own.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());

        RepositoryFixture.Succeed(Mirror());
        RunResult published = _fixture.Publish("--in", Copy, "--out", Copy, "--new", Empty());
        Assert.Equal(1, published.Code);
        Assert.Contains("is a mirror of another repository", published.Error, StringComparison.Ordinal);
        RunResult part = Mirror(
            "--package",
            "a*",
            "--sign-key",
            _fixture.KeyFile,
            "--timestamp",
            "2026-01-03T00:00:00Z"
        );
        Assert.Equal(1, part.Code);
        Assert.Contains("give another directory for a part of it", part.Error, StringComparison.Ordinal);
        AssertSame();
    }

    [Fact]
    public void A_source_that_puts_packages_where_none_belong_is_refused()
    {
        _fixture.InitWith("aa");
        _fixture.RewriteIndexes(static text =>
            text.Replace("/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg", "/index/active.json", StringComparison.Ordinal)
        );
        Refused("where no package belongs");
        Assert.False(File.Exists(Path.Combine(Copy, "index/active.json")));
    }

    [Fact]
    public void A_source_that_puts_a_key_where_none_belongs_is_refused()
    {
        _fixture.InitWith("aa");
        File.Copy(_fixture.PublicKeyFile, _fixture["repo/index/key.pub"]);
        _fixture.WriteDescriptor(
            _fixture.Descriptor with
            {
                Keys = [.. _fixture.Descriptor.Keys.Select(key => key with { Url = "/index/key.pub" })],
            },
            _fixture.Key
        );
        Refused("where no key belongs");
        Assert.False(File.Exists(Path.Combine(Copy, "index/active.json")));
    }

    [Fact]
    public void What_contradicts_itself_is_said()
    {
        _fixture.InitWith("aa");
        Assert.Contains(
            "needs --trust",
            RepoRun.Run("mirror", "--url", _server.Url, "--out", Copy).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "keeps the signatures of its source",
            Mirror("--sign-key", _fixture.KeyFile).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "give --sign-key FILE and --timestamp",
            Mirror("--newest", "2").Error,
            StringComparison.Ordinal
        );
        Assert.Equal(2, Mirror("--newest", "0").Code);
        Assert.Equal(2, RepoRun.Run("mirror", "--url", "ftp://x", "--out", Copy).Code);
        Assert.False(Directory.Exists(Copy));
    }

    public void Dispose()
    {
        _server.Dispose();
        _fixture.Dispose();
    }

    private static bool IsPackage(string path) => path.EndsWith(".peipkg", StringComparison.Ordinal);

    private static string[] Index() =>
        ["index/active.json", "index/active.json.sig", "index/archive.json", "index/archive.json.sig"];

    private string Empty() => Directory.CreateDirectory(_fixture["empty"]).FullName;

    private string[] Arguments(SigningKey trusted, string? to = null) =>
        ["mirror", "--url", _server.Url, "--trust", trusted.PublicKey.Fingerprint.Text, "--out", to ?? Copy];

    private RunResult Mirror(params string[] more) => RepoRun.Run([.. Arguments(_fixture.Key), .. more]);

    private void Refused(string message)
    {
        RunResult result = Mirror();
        Assert.Equal(1, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private void PublishNew(params string[] names)
    {
        foreach (string name in names)
        {
            _fixture.Pack(name);
        }

        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
    }

    private void Change(params string[] command) =>
        RepositoryFixture.Succeed(
            RepoRun.Run([
                .. command,
                "--repo",
                _fixture.Repo,
                .. command.Contains("--old-key") ? (string[])[] : ["--sign-key", _fixture.KeyFile],
                "--timestamp",
                "2026-01-02T00:00:00Z",
            ])
        );

    /// <summary>Everything that consumers read is the same, and nothing else is in the copy.</summary>
    private void AssertSame()
    {
        RepositoryFixture.Succeed(_fixture.Verify("--repo", Copy));
        Assert.Equal(Read(_fixture.Repo), Read(Copy));

        static SortedDictionary<string, string> Read(string directory) =>
            new(
                RepositoryFixture
                    .Content(directory)
                    .Where(static file =>
                        !file.Key.StartsWith('.')
                        && !file.Key.StartsWith("site/", StringComparison.Ordinal)
                        && !file.Key.EndsWith(".html", StringComparison.Ordinal)
                        && !(
                            file.Key.StartsWith("p/", StringComparison.Ordinal)
                            && file.Key.EndsWith(".json", StringComparison.Ordinal)
                        )
                    )
                    .ToDictionary(),
                StringComparer.Ordinal
            );
    }
}
