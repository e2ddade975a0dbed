using System.Globalization;
using Microsoft.Data.Sqlite;
using Peipkg.Manager.Secrets;

namespace Peipkg.Manager.Storage;

/// <summary>
/// The farm's memory: one SQLite file in WAL mode with <c>synchronous=FULL</c>, so that what was committed survives
/// a power cut. All writes go through one connection in immediate transactions (several writers stall each other for
/// seconds); reads have a connection of their own and never wait for a write.
/// </summary>
internal sealed class ManagerDatabase : IDisposable
{
    private const long AlmostNothing = 1 << 20;
    private const long SmallDatabase = 8 << 20;

    private readonly string _path;
    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly Lock _writerGate = new();
    private readonly Lock _readerGate = new();

    private readonly Redactor _redactor;

    private ManagerDatabase(string path, SqliteConnection writer, SqliteConnection reader, Redactor redactor)
    {
        _redactor = redactor;
        _path = path;
        _writer = writer;
        _reader = reader;
    }

    /// <summary>Opens or creates the database, checks its integrity and brings it to the current schema.</summary>
    /// <exception cref="StorageException">It is damaged, not writable, or made by a newer manager.</exception>
    /// <param name="path">The file.</param>
    /// <param name="redactor">Takes secrets out of the words that are kept; null where there are none.</param>
    public static ManagerDatabase Open(string path, Redactor? redactor = null)
    {
        SqliteConnection? writer = null;
        try
        {
            MakePrivate(path);
            bool wasEndedCleanly = new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 };
            writer = Connect(path, SqliteOpenMode.ReadWriteCreate);
            Execute(writer, "PRAGMA journal_mode = WAL");
            Execute(writer, "PRAGMA synchronous = FULL");
            CheckIntegrity(writer, path, wasEndedCleanly);
            Migrate(writer, path);
            return new ManagerDatabase(
                path,
                writer,
                Connect(path, SqliteOpenMode.ReadOnly),
                redactor ?? new Redactor()
            );
        }
        catch (SqliteException exception)
        {
            writer?.Dispose();
            throw Explain(path, exception);
        }
        catch
        {
            writer?.Dispose();
            throw;
        }
    }

    /// <summary>Writes a consistent copy, also while a manager works on the database.</summary>
    /// <exception cref="StorageException">It cannot be read, or the copy cannot be written.</exception>
    public static void CopyTo(string path, string copy)
    {
        try
        {
            using SqliteConnection source = Connect(path, SqliteOpenMode.ReadWrite);
            using SqliteCommand command = source.CreateCommand();
            command.CommandText = "VACUUM INTO $copy";
            command.Parameters.AddWithValue("$copy", copy);
            command.ExecuteNonQuery();
        }
        catch (SqliteException exception)
        {
            throw Explain(path, exception);
        }
    }

    /// <summary>Runs <paramref name="work"/> in one immediate transaction; it is committed when the method returns.</summary>
    public T Write<T>(Func<DatabaseSession, T> work)
    {
        lock (_writerGate)
        {
            try
            {
                using SqliteTransaction transaction = _writer.BeginTransaction(deferred: false);
                T result = work(new DatabaseSession(_writer, transaction, _redactor));
                transaction.Commit();
                return result;
            }
            catch (SqliteException exception)
            {
                throw Explain(_path, exception);
            }
        }
    }

    /// <inheritdoc cref="Write{T}(Func{DatabaseSession, T})"/>
    public void Write(Action<DatabaseSession> work) =>
        Write<object?>(session =>
        {
            work(session);
            return null;
        });

    /// <summary>Runs <paramref name="work"/> on one consistent snapshot.</summary>
    public T Read<T>(Func<DatabaseSession, T> work)
    {
        lock (_readerGate)
        {
            try
            {
                using SqliteTransaction transaction = _reader.BeginTransaction(deferred: true);
                T result = work(new DatabaseSession(_reader, transaction, _redactor));
                transaction.Commit();
                return result;
            }
            catch (SqliteException exception)
            {
                throw Explain(_path, exception);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }

    // SQLite gives its companions the mode of the database.
    private static void MakePrivate(string path)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (
                new FileStream(
                    path,
                    new FileStreamOptions
                    {
                        Mode = FileMode.OpenOrCreate,
                        Access = FileAccess.ReadWrite,
                        Share = FileShare.ReadWrite,
                        UnixCreateMode = Owner,
                    }
                )
            )
            {
                File.SetUnixFileMode(path, Owner);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Read-only or missing: SQLite finds that too, and says what to do.
        }
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        SqliteConnectionStringBuilder options = new()
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = 10,
        };
        SqliteConnection connection = new(options.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA busy_timeout = 10000");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // A clean end leaves no log behind, and a file as long as its header says: then a long history is not read.
    private static void CheckIntegrity(SqliteConnection connection, string path, bool wasEndedCleanly)
    {
        if (
            wasEndedCleanly
            && new FileInfo(path).Length is var length and > SmallDatabase
            && length
                == Convert.ToInt64(Value(connection, "PRAGMA page_count"), CultureInfo.InvariantCulture)
                    * Convert.ToInt64(Value(connection, "PRAGMA page_size"), CultureInfo.InvariantCulture)
        )
        {
            return;
        }

        string verdict =
            Convert.ToString(Value(connection, "PRAGMA quick_check(1)"), CultureInfo.InvariantCulture) ?? "";
        if (verdict != "ok")
        {
            throw new StorageException(
                $"{path}: the state database is damaged ({verdict}). Restore a backup, or move the file and its -wal "
                    + "and -shm companions away: what is published is then read from the repository again, but counts of "
                    + "failures and the history are lost."
            );
        }
    }

    private static void Migrate(SqliteConnection connection, string path)
    {
        long version = Convert.ToInt64(Value(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (version > Schema.Migrations.Count)
        {
            throw new StorageException(
                $"{path}: the state database was written by a newer peipkg-manager (schema {version}, this one knows "
                    + $"{Schema.Migrations.Count}). Run that version, or use another state_dir."
            );
        }

        if (version == Schema.Migrations.Count)
        {
            return;
        }

        // https://sqlite.org/lang_altertable.html: a table that others refer to can only be remade like this, and the
        // switch has no effect inside a transaction.
        Execute(connection, "PRAGMA foreign_keys = OFF");
        using (SqliteTransaction transaction = connection.BeginTransaction(deferred: false))
        {
            DatabaseSession session = new(connection, transaction, new Redactor());
            for (int next = (int)version; next < Schema.Migrations.Count; next++)
            {
                session.Execute(Schema.Migrations[next]);
                session.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {next + 1}"));
            }

            if (session.Scalar<string>("PRAGMA foreign_key_check") is { } table)
            {
                throw new StorageException(
                    $"{path}: the state database cannot be brought to schema {Schema.Migrations.Count}: rows of {table} refer to "
                        + "none. Restore a backup; the file was left as it was."
                );
            }

            transaction.Commit();
        }

        Execute(connection, "PRAGMA foreign_keys = ON");
    }

    private static object? Value(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this class come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this class come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string Full(string path) =>
        $"{path}: the disk is full. Free some space; a manager that is running goes on by itself then.";

    private static long FreeSpace(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }

    // https://sqlite.org/rescode.html: the primary codes that an operator can do something about.
    private static StorageException Explain(string path, SqliteException e) =>
        new(
            e.SqliteErrorCode switch
            {
                8 =>
                    $"{path}: the state database is read-only. Make it, its -wal and -shm companions and its folder writable for the manager's user.",
                13 => Full(path),

                // What cannot be enlarged fails as what cannot be read does.
                10 when FreeSpace(path) < AlmostNothing => Full(path),
                10 => $"{path}: reading or writing the state database failed ({e.Message}). Check the disk.",
                11 or 26 =>
                    $"{path}: the state database is damaged ({e.Message}). Restore a backup, or move the file and "
                        + "its -wal and -shm companions away; what is published is then read from the repository again.",
                14 => $"{path}: the state database cannot be opened. Check that its folder exists and is writable.",
                5 =>
                    $"{path}: another program holds the state database locked. Close it (sqlite3, a backup) and try again.",
                _ => $"{path}: {e.Message}",
            },
            e
        );
}
