using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Storage;

public class ManagerDatabaseTests
{
    [Fact]
    public void It_is_in_WAL_mode_and_synchronises_fully()
    {
        using TemporaryDirectory directory = new();
        using ManagerDatabase database = ManagerDatabase.Open(directory["manager.db"]);
        Assert.Equal("wal", database.Write(s => s.Scalar<string>("PRAGMA journal_mode")));
        Assert.Equal(2, database.Write(s => s.Scalar<long>("PRAGMA synchronous")));
        Assert.Equal(Schema.Migrations.Count, database.Read(s => s.Scalar<long>("PRAGMA user_version")));
    }

    [Fact]
    public void A_failed_transaction_leaves_nothing()
    {
        using TemporaryDirectory directory = new();
        using ManagerDatabase database = ManagerDatabase.Open(directory["manager.db"]);
        Assert.Throws<InvalidOperationException>(() => database.Write(session =>
        {
            session.Execute("INSERT INTO tag (recipe, name, upstream, object_id, commit_id, first_seen) VALUES ('r','n','u','o','c',0)");
            throw new InvalidOperationException();
        }));
        Assert.Equal(0, database.Read(s => s.Scalar<long>("SELECT count(*) FROM tag")));
    }

    [Fact]
    public void A_damaged_file_is_refused_with_what_to_do()
    {
        using TemporaryDirectory directory = new();
        string path = directory["manager.db"];
        ManagerDatabase.Open(path).Dispose();
        byte[] content = File.ReadAllBytes(path);
        Array.Fill(content, (byte)0x5A, 0, 100);
        File.WriteAllBytes(path, content);
        StorageException e = Assert.Throws<StorageException>(() => ManagerDatabase.Open(path));
        Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using TemporaryDirectory directory = new();
        string path = directory["manager.db"];
        ManagerDatabase.Open(path).Dispose();
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(file.Length - 4096);
        }

        Assert.Contains("damaged", Assert.Throws<StorageException>(() => ManagerDatabase.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_managers_file_is_refused()
    {
        using TemporaryDirectory directory = new();
        string path = directory["manager.db"];
        using (ManagerDatabase database = ManagerDatabase.Open(path))
        {
            database.Write(s => s.Execute("PRAGMA user_version = 999"));
        }

        Assert.Contains("newer", Assert.Throws<StorageException>(() => ManagerDatabase.Open(path)).Message, StringComparison.Ordinal);
    }
}
