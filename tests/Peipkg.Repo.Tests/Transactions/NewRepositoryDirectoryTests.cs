using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.World;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Tests.Transactions;

public sealed class NewRepositoryDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_built_appears_under_the_name(bool exists)
    {
        string target = _directory["repo"];
        if (exists)
        {
            Directory.CreateDirectory(target);
        }

        using (NewRepositoryDirectory directory = Begin(target))
        {
            File.WriteAllText(Path.Combine(directory.Path, "repo.json"), "x");
            directory.Commit();
        }

        Assert.Equal(["repo.json"], Names(target));
        Assert.Equal(["repo"], Names(_directory.Path));
    }

    [Fact]
    public void Missing_parents_are_made()
    {
        using (NewRepositoryDirectory directory = Begin(_directory["a/b/repo"]))
        {
            directory.Commit();
        }

        Assert.True(Directory.Exists(_directory["a/b/repo"]));
    }

    [Fact]
    public void Without_commit_nothing_stays()
    {
        using (NewRepositoryDirectory directory = Begin(_directory["repo"]))
        {
            File.WriteAllText(Path.Combine(directory.Path, "repo.json"), "x");
        }

        Assert.Empty(Names(_directory.Path));
    }

    [Fact]
    public void A_directory_with_content_is_refused_naming_the_content()
    {
        Directory.CreateDirectory(_directory["repo"]);
        File.WriteAllText(_directory["repo/precious"], "x");
        UserErrorException error = Assert.Throws<UserErrorException>(() => Begin(_directory["repo"]));
        Assert.Contains("precious", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_the_way_is_refused()
    {
        File.WriteAllText(_directory["repo"], "x");
        Assert.Throws<UserErrorException>(() => Begin(_directory["repo"]));
    }

    [Fact]
    public void What_a_killed_run_left_is_removed_but_not_what_a_running_one_builds()
    {
        string dead = _directory[".repo.0123.peipkg-tmp"];
        Directory.CreateDirectory(Path.Combine(dead, "index"));
        File.WriteAllText(Path.Combine(dead, RepositoryLayout.LockFile), "4711 2026-01-01T00:00:00Z\n");
        Directory.CreateDirectory(_directory[".repo.4567.peipkg-tmp"]);
        Directory.CreateDirectory(_directory[".other.0123.peipkg-tmp"]);
        using NewRepositoryDirectory running = Begin(_directory["repo"]);
        Assert.Equal([".other.0123.peipkg-tmp", Path.GetFileName(running.Path)], Names(_directory.Path));
        using NewRepositoryDirectory second = Begin(_directory["repo"]);
        Assert.True(Directory.Exists(running.Path));
    }

    [Fact]
    public void Of_two_runs_to_one_name_the_later_fails()
    {
        using NewRepositoryDirectory first = Begin(_directory["repo"]);
        using NewRepositoryDirectory second = Begin(_directory["repo"]);
        File.WriteAllText(Path.Combine(first.Path, "repo.json"), "1");
        File.WriteAllText(Path.Combine(second.Path, "repo.json"), "2");
        first.Commit();
        Assert.Throws<UserErrorException>(second.Commit);
        Assert.Equal("1", File.ReadAllText(_directory["repo/repo.json"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_killed_run_had_moved_into_a_mount_point_is_taken_back_unless_it_was_all(bool all)
    {
        // Such a run builds inside the directory and moves the parts out of the staging, repo.json last.
        string staging = _directory["repo/.peipkg-repo.0123.peipkg-tmp"];
        Directory.CreateDirectory(staging);
        Directory.CreateDirectory(_directory["repo/index"]);
        File.WriteAllText(_directory["repo/index/active.json"], "x");
        File.WriteAllText(Path.Combine(all ? _directory["repo"] : staging, "repo.json"), "x");
        File.WriteAllText(Path.Combine(staging, ".peipkg-repo.moving"), "index\nrepo.json");
        File.WriteAllText(_directory["repo/.peipkg-repo.lock"], "4711 2026-01-01T00:00:00Z\n");
        if (all)
        {
            Assert.Throws<UserErrorException>(() => Begin(_directory["repo"]));
            Assert.Equal(["index", "repo.json"], Names(_directory["repo"]));
        }
        else
        {
            Begin(_directory["repo"]).Dispose();
            Assert.Empty(Names(_directory["repo"]));
        }
    }

    [Theory]
    [InlineData(".peipkg-repo.snapshots")]
    [InlineData(".peipkg-repo.pending")]
    [InlineData(".peipkg-repo.7")]
    public void What_a_repository_keeps_for_itself_is_no_leftover_of_its_beginning(string name)
    {
        string kept = _directory[$"repo/{name}/first/repo.json"];
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.WriteAllText(kept, "x");
        File.WriteAllText(_directory["repo/.peipkg-repo.lock"], "4711 2026-01-01T00:00:00Z\n");
        UserErrorException error = Assert.Throws<UserErrorException>(() => Begin(_directory["repo"]));
        Assert.Contains($"it holds {name}", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(kept));
        error = Assert.Throws<UserErrorException>(() => NewRepositoryDirectory.Probe(_directory["repo"], "x"));
        Assert.Contains($"it holds {name}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_linked_target_is_followed()
    {
        Directory.CreateDirectory(_directory["real"]);
        Directory.CreateSymbolicLink(_directory["repo"], _directory["real"]);
        using (NewRepositoryDirectory directory = Begin(_directory["repo"]))
        {
            File.WriteAllText(Path.Combine(directory.Path, "repo.json"), "x");
            directory.Commit();
        }

        Assert.Equal(["repo.json"], Names(_directory["real"]));
    }

    public void Dispose() => _directory.Dispose();

    private static NewRepositoryDirectory Begin(string target) =>
        NewRepositoryDirectory.Begin(target, TimeProvider.System, "give another directory");

    private static string[] Names(string directory) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(directory)
                .Select(static path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal),
        ];
}
