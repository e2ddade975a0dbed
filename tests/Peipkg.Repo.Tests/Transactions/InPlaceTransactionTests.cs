using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.World;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Tests.Transactions;

public sealed class InPlaceTransactionTests : IDisposable
{
    private static readonly string[] Documents =
    [
        "index/active.json",
        "index/active.json.sig",
        "index/archive.json",
        "index/archive.json.sig",
        "repo.json",
        "repo.json.sig",
    ];

    private readonly TemporaryDirectory _directory = new();

    public InPlaceTransactionTests()
    {
        foreach (string path in (string[])[.. Documents, "index.html", "p/aa/aa.json", "p/old/1/old.peipkg"])
        {
            Write(_directory[path], "1");
        }
    }

    [Fact]
    public void Everything_staged_is_in_place_afterwards_as_ordinary_files()
    {
        using (InPlaceTransaction transaction = Begin())
        {
            StageAll(transaction);
            transaction.Remove("p/old/1/old.peipkg");
            transaction.Commit();
            Assert.Null(transaction.Untidy);
        }

        AssertAll("2");
        Assert.Equal("2", Read("p/bb/bb.json"));
        Assert.False(Directory.Exists(_directory["p/old"]));
        Assert.Equal(
            ["index", "index.html", "p", "repo.json", "repo.json.sig"],
            RepositoryFixture.Entries(_directory.Path)
        );
        Assert.All(
            Documents.Append("index.html").Append("index"),
            path => Assert.False(FileStatus.Of(_directory[path])!.Value.IsSymlink)
        );
    }

    [Fact]
    public void Without_commit_everything_is_as_before()
    {
        using (InPlaceTransaction transaction = Begin())
        {
            StageAll(transaction);
            transaction.Remove("p/old/1/old.peipkg");
        }

        AssertAll("1");
        Assert.True(File.Exists(_directory["p/old/1/old.peipkg"]));
        Assert.Equal(
            ["index", "index.html", "p", "repo.json", "repo.json.sig"],
            RepositoryFixture.Entries(_directory.Path)
        );
        Assert.False(File.Exists(_directory["p/bb/bb.json"]));
    }

    [Theory]
    [InlineData(false, "1")]
    [InlineData(true, "2")]
    public void Killed_around_the_step_readers_see_one_generation_and_the_next_run_makes_files_of_it(
        bool flipped,
        string expected
    )
    {
        string staging = StagingDirectory.Create(_directory.Path, 2);
        string[] switched = ["index", "index.html", "repo.json", "repo.json.sig"];
        ChangeJournal journal = ChangeJournal.Create(staging, 2);
        journal.Switched.AddRange(switched);
        journal.Added.Add("p/bb/bb.json");
        journal.Removed.Add("p/old/1/old.peipkg");
        journal.Write();
        foreach (string path in (string[])[.. Documents, "index.html"])
        {
            Write(Path.Combine(staging, StagingDirectory.Next, path), "2");
        }

        Write(_directory["p/bb/bb.json"], "2");
        DocumentSwitch step = new(_directory.Path, staging, StagingDirectory.Next);
        step.Prepare(switched);
        Assert.True(FileStatus.Of(_directory["repo.json"])!.Value.IsSymlink);
        Assert.All(Documents, path => Assert.Equal("1", Read(path)));
        if (flipped)
        {
            step.Flip();
        }

        Assert.All(Documents, path => Assert.Equal(expected, Read(path)));
        int removed = StagingDirectory.RemoveAbandoned(_directory.Path, flipped ? 2ul : 1ul, static _ => false);
        Assert.Equal(2, removed);
        Assert.All(Documents, path => Assert.Equal(expected, Read(path)));
        Assert.All(switched, path => Assert.False(FileStatus.Of(_directory[path])!.Value.IsSymlink));
        Assert.Equal(flipped, File.Exists(_directory["p/bb/bb.json"]));
        Assert.Equal(!flipped, File.Exists(_directory["p/old/1/old.peipkg"]));
        Assert.Equal(["index", "index.html", "p", "repo.json", "repo.json.sig"], Names());
    }

    [Fact]
    public void A_reader_in_the_old_indexes_can_finish_after_the_step()
    {
        foreach (bool withDescriptor in (bool[])[false, true])
        {
            using DirectoryHandle reader = DirectoryHandle.Open(_directory["index"]);
            string before = Read("index/active.json.sig");
            using (InPlaceTransaction transaction = Begin())
            {
                foreach (string path in withDescriptor ? Documents : Documents[..4])
                {
                    Write(transaction.Stage(path), before + "+");
                }

                transaction.Commit();
            }

            using Microsoft.Win32.SafeHandles.SafeFileHandle file = reader.TryOpenFile("active.json.sig"u8, out _)!;
            Assert.Equal(before.Length, RandomAccess.GetLength(file));
            Assert.Equal(before + "+", Read("index/active.json.sig"));
            StagingDirectory.RemoveAbandoned(_directory.Path, 2, static _ => true);
        }
    }

    [Fact]
    public void A_symlink_among_the_packages_directories_is_not_followed()
    {
        Directory.CreateDirectory(_directory["outside"]);
        Directory.CreateSymbolicLink(_directory["p/linked"], _directory["outside"]);
        using InPlaceTransaction transaction = Begin();
        Write(transaction.Stage("p/linked/x.json"), "2");
        Peipkg.CommandLine.Reporting.UserErrorException error =
            Assert.Throws<Peipkg.CommandLine.Reporting.UserErrorException>(transaction.Commit);
        Assert.Contains("p/linked is a symlink", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["outside"]));
    }

    public void Dispose() => _directory.Dispose();

    private static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private static void StageAll(InPlaceTransaction transaction)
    {
        foreach (string path in (string[])[.. Documents, "index.html", "p/aa/aa.json", "p/bb/bb.json"])
        {
            Write(transaction.Stage(path), "2");
        }
    }

    private void AssertAll(string expected) =>
        Assert.All([.. Documents, "index.html", "p/aa/aa.json"], path => Assert.Equal(expected, Read(path)));

    private InPlaceTransaction Begin() => InPlaceTransaction.Begin(_directory.Path, 2);

    private string Read(string path) => File.ReadAllText(_directory[path]);

    private string[] Names() =>
        [
            .. Directory
                .EnumerateFileSystemEntries(_directory.Path)
                .Select(static path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal),
        ];
}
