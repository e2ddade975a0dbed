namespace Peipkg.Manager.Storage;

/// <summary>What a day came to.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Passed">Attempts that ended in a published package.</param>
/// <param name="Failed">Attempts that failed.</param>
/// <param name="Mean">How long they took on average, until what they made was there.</param>
/// <param name="Longest">The longest of them.</param>
/// <param name="Queued">Versions that waited at once, at most; null where nobody looked.</param>
internal sealed record DayTotal(DateOnly Day, long Passed, long Failed, TimeSpan Mean, TimeSpan Longest, long? Queued);

/// <summary>Counts of days, which the database keeps as attempts end.</summary>
internal sealed class DayStore(ManagerDatabase database, TimeProvider clock)
{
    private const long Milliseconds = 86_400_000;

    private static readonly DateOnly Epoch = new(1970, 1, 1);

    private (long Day, long Queued) _noted;

    /// <summary>The present day, UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    /// <summary>Days on which something was counted, the oldest first.</summary>
    /// <param name="recipe">Of this recipe; null: of the farm.</param>
    /// <param name="from">The first day.</param>
    public IReadOnlyList<DayTotal> From(string? recipe, DateOnly from) =>
        database.Read(session =>
            session.Query(
                """
                SELECT day, passed, failed, seconds, longest, queued FROM day_total
                WHERE recipe = $recipe AND day >= $from ORDER BY day
                """,
                row =>
                {
                    long ended = row.GetInt64(1) + row.GetInt64(2);
                    return new DayTotal(
                        Epoch.AddDays(row.GetInt32(0)),
                        row.GetInt64(1),
                        row.GetInt64(2),
                        TimeSpan.FromSeconds(ended == 0 ? 0 : row.GetDouble(3) / ended),
                        TimeSpan.FromSeconds(row.GetDouble(4)),
                        row.IsDBNull(5) ? null : row.GetInt64(5)
                    );
                },
                ("$recipe", recipe ?? ""),
                ("$from", (long)(from.DayNumber - Epoch.DayNumber))
            )
        );

    /// <summary>So many versions wait now; only what is more than before on the same day is written.</summary>
    public void NoteQueue(long queued)
    {
        long day = clock.GetUtcNow().ToUnixTimeMilliseconds() / Milliseconds;
        if (_noted.Day == day && _noted.Queued >= queued)
        {
            return;
        }

        database.Write(session =>
        {
            session.Execute(
                """
                INSERT INTO day_total (recipe, day, queued) VALUES ('', $day, $queued)
                ON CONFLICT (recipe, day) DO UPDATE SET queued = max(coalesce(queued, 0), excluded.queued)
                """,
                ("$day", day),
                ("$queued", queued)
            );
        });
        _noted = (day, queued);
    }
}
