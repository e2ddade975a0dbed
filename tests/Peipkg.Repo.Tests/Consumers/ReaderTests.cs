using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.World;
using Xunit.Abstractions;

namespace Peipkg.Repo.Tests.Consumers;

/// <summary>
/// Readers over HTTP while the program changes the repository under the server, and brings a mirror under another up to
/// date. The long scenario has a hundred of them through two hundred publications.
/// </summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "readers")]
public sealed class ReaderTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Timestamp Now = Timestamp.Parse("2086-02-01T00:00:00Z");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly int Readers = Number("PEIPKG_TEST_READERS", 10);
    private static readonly int Publications = Number("PEIPKG_TEST_PUBLICATIONS", 20);

    private readonly RepositoryFixture _fixture = new();
    private readonly SigningKey _second = SigningKey.Generate();
    private readonly CancellationTokenSource _done = new();
    private readonly ConcurrentQueue<string> _wrong = [];
    private int _refreshes;
    private int _retries;
    private int _pairs;
    private int _packages;
    private ulong _last;

    [Fact]
    public async Task Readers_over_HTTP_get_pairs_that_verify_and_packages_that_are_there_while_generations_come_and_go()
    {
        string secondFile = _fixture["second.pem"];
        DurableFile.Write(secondFile, _second.ExportPem(), DurableFile.PrivateMode);
        _fixture.InitWith("aa", "base");
        using StaticServer server = new(_fixture.Repo);
        using StaticServer mirror = new(_fixture["copy"]);
        PrepareTesting();
        Mirror(server);
        Task[] readers =
        [
            .. Enumerable
                .Range(0, Readers)
                .Select(number =>
                    Task.Factory.StartNew(
                        () => Read(number % 2 == 0 ? server.Url : mirror.Url, number),
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                ),
        ];
        string key = _fixture.KeyFile;
        for (int round = 0; round < Publications && _wrong.IsEmpty; round++)
        {
            string[] at = ["--timestamp", $"2086-01-02T{1 + (round / 60):00}:{round % 60:00}:00Z"];
            _fixture.ClearNew();
            _fixture.Pack(round % 3 == 0 ? "aa" : $"pkg{round}", $"{round + 2}.0-1");
            Succeed(_fixture.PublishArguments([.. at, "--sign-key", key]));
            Operate(round, ["--sign-key", key, .. at]);
            if (round == Publications / 2)
            {
                Succeed([
                    "rotate-key",
                    "--repo",
                    _fixture.Repo,
                    "--old-key",
                    key,
                    "--new-key",
                    secondFile,
                    "--valid-until",
                    "2086-06-01T00:00:00Z",
                    "--documents-only",
                    .. at,
                ]);
                key = secondFile;
            }

            Mirror(server);
        }

        _last = _fixture.Active.IndexVersion;
        await _done.CancelAsync();
        await Task.WhenAll(readers).WaitAsync(Patience + Patience);
        output.WriteLine(
            $"{Readers} readers through {Publications} publications: {_refreshes} refreshes after {_retries} attempts that met a change, "
                + $"{_pairs} pairs of one generation, {_packages} packages"
        );
        Assert.Empty(_wrong);
        Assert.True(_last > (ulong)Publications + 3);
        Assert.True(_refreshes >= 2 * Readers);
        Assert.True(_packages >= Readers);
    }

    public void Dispose()
    {
        _done.Dispose();
        _second.Dispose();
        _fixture.Dispose();
    }

    /// <summary>A repository from which one package is promoted.</summary>
    private void PrepareTesting()
    {
        _fixture.ClearNew();
        _fixture.Pack("promoted");
        string testing = _fixture["testing"];
        string[] key = ["--sign-key", _fixture.KeyFile, "--timestamp", "2086-01-01T00:00:00Z"];
        Succeed(["init", "--name", "testing", "--out", testing, .. key]);
        Succeed(["publish", "--in", testing, "--out", testing, "--new", _fixture.New, "--allow-future", .. key]);
    }

    /// <summary>What operators do between two publications: withdraw and offer again, promote, go back to a snapshot.</summary>
    private void Operate(int round, string[] signed)
    {
        string[] at = ["--repo", _fixture.Repo, .. signed];
        string last = round % 3 == 0 ? $"aa={round + 2}.0-1" : $"pkg{round}={round + 2}.0-1";
        switch (round % 8)
        {
            case 1:
                Succeed(["withdraw", last, "--reason", "bad", .. at]);
                Succeed(["withdraw", last, "--undo", .. at]);
                break;
            case 2:
                Succeed(["withdraw", last, "--reason", "bad", .. at]);
                break;
            case 3 when round == 3:
                Succeed(["promote", "promoted", "--from", _fixture["testing"], "--to", _fixture.Repo, .. signed]);
                break;
            case 4:
                Succeed(["snapshot", "create", $"round-{round}", "--repo", _fixture.Repo]);
                break;
            case 7:
                Succeed(["rollback", "--to", $"round-{round - 3}", .. at]);
                break;
            default:
                break;
        }
    }

    private void Mirror(StaticServer server) =>
        Succeed([
            "mirror",
            "--url",
            server.Url,
            "--trust",
            _fixture.Key.PublicKey.Fingerprint.Text,
            "--out",
            _fixture["copy"],
        ]);

    private static int Number(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number
            : usual;

    private static void Succeed(params string[] args) => RepositoryFixture.Succeed(EndToEnd.Tool.Run(args));

    private static byte[]? Get(HttpClient client, string url)
    {
        using HttpRequestMessage request = new(
            HttpMethod.Get,
            client.BaseAddress + Uri.EscapeDataString(url[1..]).Replace("%2F", "/", StringComparison.Ordinal)
        );
        using HttpResponseMessage answer = client.Send(request);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        using Stream body = answer.EnsureSuccessStatusCode().Content.ReadAsStream();
        using MemoryStream content = new();
        body.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>One reader: adds the repository, then refreshes and installs until all is published, and once more.</summary>
    private void Read(string url, int number)
    {
        try
        {
            using HttpClient client = new() { BaseAddress = new Uri(url), Timeout = Patience };
            Random random = new(number);
            Consumer consumer = new(path => Get(client, path));
            Retry(consumer, () => consumer.Add(Now, [_fixture.Key.PublicKey.Fingerprint]));
            bool last;
            do
            {
                last = _done.IsCancellationRequested;
                ReadPair(client, random.Next(2) == 0 ? "/index/active.json" : "/index/archive.json");
                Retry(consumer, () => consumer.Update(Now));
                Interlocked.Increment(ref _refreshes);
                IReadOnlyList<IndexEntry> entries = (
                    random.Next(2) == 0 ? consumer.Active : consumer.Archive
                )!.Packages;
                _ = consumer.Fetch(entries[random.Next(entries.Count)]);
                Interlocked.Increment(ref _packages);
            } while (!last);

            if (consumer.Floor != _last && _wrong.IsEmpty)
            {
                _wrong.Enqueue($"in the end a reader had index_version {consumer.Floor}");
            }
        }
        catch (Exception error)
        {
            _wrong.Enqueue(error.ToString());
        }
    }

    /// <summary>A consumer that meets a change keeps what it has and tries again.</summary>
    private void Retry(Consumer consumer, Func<Refresh> attempt)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (attempt() == Refresh.Rejected)
        {
            Interlocked.Increment(ref _retries);
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new RejectedException(consumer.Reason);
            }
        }
    }

    /// <summary>
    /// Signatures of two generations differ, so an index between two fetches of the same signature is of that generation.
    /// </summary>
    private void ReadPair(HttpClient client, string url)
    {
        byte[]? before = Get(client, url + ".sig");
        byte[]? index = Get(client, url);
        byte[]? after = Get(client, url + ".sig");
        if (before is null || index is null || after is null)
        {
            throw new RejectedException($"for a moment there was no {url} or no signature");
        }

        if (!before.AsSpan().SequenceEqual(after))
        {
            return;
        }

        SignatureEnvelope envelope = SignatureEnvelope.Read(before);
        PublicKey key =
            envelope.KeyFingerprint == _second.PublicKey.Fingerprint ? _second.PublicKey : _fixture.Key.PublicKey;
        if (!envelope.Verifies(key, Sha256Digest.Of(index)))
        {
            throw new RejectedException($"a pair of {url} and its signature, of one generation, does not verify");
        }

        Interlocked.Increment(ref _pairs);
    }
}
