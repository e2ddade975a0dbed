using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.World;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Tests.Transactions;

public sealed class RepositoryLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_link_in_the_locks_place_is_refused_and_what_it_leads_to_stays()
    {
        string target = Path.Combine(_directory.Path, "target");
        File.WriteAllText(target, "mine");
        foreach (string leadsTo in new[] { target, target + "-missing" })
        {
            string place = Path.Combine(_directory.Path, RepositoryLayout.LockFile);
            File.CreateSymbolicLink(place, leadsTo);
            UserErrorException error = Assert.Throws<UserErrorException>(() =>
                RepositoryLock.Acquire(_directory.Path, TimeProvider.System)
            );
            Assert.Contains("not a regular file", error.Message, StringComparison.Ordinal);
            File.Delete(place);
        }

        Assert.Equal("mine", File.ReadAllText(target));
        Assert.False(File.Exists(target + "-missing"));
    }

    [Fact]
    public void A_second_writer_is_refused_and_told_who_holds_the_lock()
    {
        using RepositoryLock held = RepositoryLock.Acquire(_directory.Path, TimeProvider.System);
        UserErrorException error = Assert.Throws<UserErrorException>(() =>
            RepositoryLock.Acquire(_directory.Path, TimeProvider.System)
        );
        Assert.Contains($"process {Environment.ProcessId}, started 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_released_lock_leaves_nothing_behind_and_can_be_taken_again()
    {
        RepositoryLock.Acquire(_directory.Path, TimeProvider.System).Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
        using RepositoryLock again = RepositoryLock.Acquire(_directory.Path, TimeProvider.System);
        Assert.Null(again.DeadHolder);
    }

    [Fact]
    public void The_lock_of_a_killed_process_is_taken_over_and_its_holder_named()
    {
        File.WriteAllText(_directory[RepositoryLayout.LockFile], "4711 2026-01-01T00:00:00Z\n");
        using RepositoryLock held = RepositoryLock.Acquire(_directory.Path, TimeProvider.System);
        Assert.Equal("process 4711, started 2026-01-01T00:00:00Z", held.DeadHolder);
    }

    [Fact]
    [Trait("Speed", "slow")]
    public async Task Of_many_writers_at_once_one_works_at_a_time()
    {
        int inside = 0;
        int most = 0;
        int turns = 0;
        Task[] writers =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (int i = 0; i < 300; i++)
                        {
                            try
                            {
                                using RepositoryLock held = RepositoryLock.Acquire(
                                    _directory.Path,
                                    TimeProvider.System
                                );
                                int now = Interlocked.Increment(ref inside);
                                most = Math.Max(most, now);
                                Interlocked.Increment(ref turns);
                                Interlocked.Decrement(ref inside);
                            }
                            catch (UserErrorException)
                            {
                                // Another one's turn.
                            }
                        }
                    })
                ),
        ];
        await Task.WhenAll(writers);
        Assert.Equal(1, most);
        Assert.True(turns > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    public void Dispose() => _directory.Dispose();
}
