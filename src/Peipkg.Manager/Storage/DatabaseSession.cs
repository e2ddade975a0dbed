using System.Globalization;
using Microsoft.Data.Sqlite;
using Peipkg.Manager.Secrets;

namespace Peipkg.Manager.Storage;

/// <summary>One transaction's view of the database: statements with named parameters, rows through a reader.</summary>
internal sealed class DatabaseSession(SqliteConnection connection, SqliteTransaction transaction, Redactor redactor)
{
    // What programs and people said; every other text is a name, a word of ours or a digest.
    private static readonly string[] Words = ["$detail", "$error", "$outcome"];

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using SqliteCommand command = Prepare(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row, or the type's default when there is no row or a null.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using SqliteCommand command = Prepare(sql, parameters);
        object? value = command.ExecuteScalar();
        return value is null or DBNull
            ? default
            : (T)
                Convert.ChangeType(
                    value,
                    Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T),
                    CultureInfo.InvariantCulture
                );
    }

    /// <summary>Every row of a query, through <paramref name="map"/>.</summary>
    public List<T> Query<T>(
        string sql,
        Func<SqliteDataReader, T> map,
        params ReadOnlySpan<(string Name, object? Value)> parameters
    )
    {
        using SqliteCommand command = Prepare(sql, parameters);
        using SqliteDataReader rows = command.ExecuteReader();
        List<T> result = [];
        while (rows.Read())
        {
            result.Add(map(rows));
        }

        return result;
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The stores pass constants; every value travels as a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue(
                name,
                value is string text && Words.Contains(name, StringComparer.Ordinal)
                    ? redactor.Clean(text)
                    : value ?? DBNull.Value
            );
        }

        return command;
    }
}
