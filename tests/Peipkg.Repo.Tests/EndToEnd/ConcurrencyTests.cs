using System.Diagnostics;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Tests.World;
using Xunit.Abstractions;

namespace Peipkg.Repo.Tests.EndToEnd;

[Trait("Speed", "slow")]
public sealed class ConcurrencyTests(ITestOutputHelper output) : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void Of_publishers_at_once_each_succeeds_whole_or_is_told_to_wait()
    {
        const int publishers = 8;
        RepositoryFixture.Succeed(_fixture.Init());
        for (int number = 0; number < publishers; number++)
        {
            _fixture.Pack($"pkg{number}", file: $"{number}/x.peipkg");
        }

        Process[] processes =
        [
            .. Enumerable
                .Range(0, publishers)
                .Select(number =>
                    Tool.Start(_fixture.PublishArguments("--new", Path.Combine(_fixture.New, $"{number}")))
                ),
        ];
        HashSet<string> expected = [];
        for (int number = 0; number < publishers; number++)
        {
            using Process process = processes[number];
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                expected.Add($"pkg{number}");
            }
            else
            {
                Assert.Contains("in use by another peipkg-repo", error, StringComparison.Ordinal);
            }
        }

        output.WriteLine($"{expected.Count} of {publishers} publishers had their turn");
        Assert.NotEmpty(expected);
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            _fixture.Active.Packages.Select(static entry => entry.Name.Text)
        );
        Assert.Equal((ulong)expected.Count + 1, _fixture.Active.IndexVersion);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public async Task A_reader_sees_one_generation_at_every_instant()
    {
        _fixture.InitWith("aa");
        using CancellationTokenSource done = new();
        Keyring keys = PublishedKeys.Read(_fixture.Repo, _fixture.Descriptor);
        Timestamp now = Timestamp.Parse("2026-01-02T00:00:00Z");
        int snapshots = 0;
        Task[] readers =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        while (!done.IsCancellationRequested)
                        {
                            RepositorySnapshot snapshot = RepositorySnapshot.Read(_fixture.Repo);
                            Assert.Equal(SignatureState.Good, SignatureCheck.Of(snapshot.Active, keys, now).State);
                            Assert.Equal(SignatureState.Good, SignatureCheck.Of(snapshot.Archive, keys, now).State);
                            IndexSheet active = IndexReader.Read(snapshot.Active.Content!).Whole;
                            Assert.Empty(
                                IndexConsistency.Check(
                                    "test-repo",
                                    active,
                                    IndexReader.Read(snapshot.Archive.Content!).Whole
                                )
                            );
                            Assert.All(active.Rows, row => Assert.True(File.Exists(_fixture.Repo + row.Url)));
                            Interlocked.Increment(ref snapshots);
                        }
                    })
                ),
        ];
        for (int round = 0; round < 40; round++)
        {
            _fixture.ClearNew();
            _fixture.Pack("aa", $"{round + 2}.0-1");
            RepositoryFixture.Succeed(_fixture.Publish());
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        output.WriteLine($"{snapshots} snapshots");
        Assert.Equal(41, _fixture.Archive.Packages.Count);
        Assert.Equal(IndexKind.Archive, _fixture.Archive.Kind);
    }

    public void Dispose() => _fixture.Dispose();
}
