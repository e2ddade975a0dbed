using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Peipkg.Format.Attestations;

namespace Peipkg.Manager.Storage;

/// <summary>A version that the farm has published and offers, and what came of building it again.</summary>
internal sealed record Reproduction
{
    /// <summary>The attempt that made what is published.</summary>
    public required long Original { get; init; }

    public required long BuildId { get; init; }

    public required string Recipe { get; init; }

    public required string Version { get; init; }

    public required string Tag { get; init; }

    public required string CommitId { get; init; }

    /// <summary>The recipe's folder as it was then.</summary>
    public string? RecipeDigest { get; init; }

    /// <summary>Where it was built; null where the farm had no pools.</summary>
    public string? Pool { get; init; }

    /// <summary>Whether builds of the recipe, or all, are paused.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Those of its packages that are offered.</summary>
    public required IReadOnlyList<BuildOutput> Packages { get; init; }

    /// <summary>The latest; null before the first.</summary>
    public RebuildOutcome? Verdict { get; init; }

    public DateTimeOffset? JudgedAt { get; init; }

    /// <summary>The attempt that led to the verdict.</summary>
    public long? AttemptId { get; init; }

    /// <summary>What differs, or why it could not be built; empty for an identical one.</summary>
    public string Difference { get; init; } = "";

    /// <summary>Why there was no verdict since; empty where nothing was in its way.</summary>
    public string Detail { get; init; } = "";

    /// <summary>How often it was tried since.</summary>
    public int Tries { get; init; }

    /// <summary>Not before this time; null: in its turn.</summary>
    public DateTimeOffset? NextAttempt { get; init; }
}

/// <summary>The table of what came of building again what is published.</summary>
internal sealed partial class ReproductionStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>The versions that the farm itself has published among what is offered.</summary>
    /// <param name="offered">The digests of the packages that are offered, lower-case hex.</param>
    public IReadOnlyList<Reproduction> Of(IEnumerable<string> offered)
    {
        string digests = JsonSerializer.Serialize(
            [.. offered.Distinct(StringComparer.Ordinal)],
            DigestJson.Default.StringArray
        );
        List<(Reproduction Row, BuildOutput Package)> rows = database.Read(session =>
            session.Query(
                """
                SELECT attempt.id, build.id, recipe, version, attempt.tag, attempt.commit_id, attempt.recipe_digest, pool,
                    recipe IN (SELECT name FROM recipe WHERE paused_at IS NOT NULL)
                        OR EXISTS (SELECT 1 FROM setting WHERE key = 'paused'),
                    file_name, sha256, size, verdict, judged_at, reproduction.attempt_id, difference, reproduction.detail,
                    tries, reproduction.next_attempt
                FROM json_each($digests) AS offered
                CROSS JOIN output ON sha256 = offered.value
                JOIN attempt ON attempt.id = output.attempt_id AND published_at IS NOT NULL
                JOIN build ON build.id = attempt.build_id
                LEFT JOIN reproduction ON original = attempt.id
                ORDER BY attempt.id DESC, file_name
                """,
                Map,
                ("$digests", digests)
            )
        );

        // The same bytes may have been built twice; the later attempt is the one whose recipe is known best.
        return
        [
            .. rows.DistinctBy(row => row.Package.FileName, StringComparer.Ordinal)
                .GroupBy(row => row.Row.Original)
                .Select(group => group.First().Row with { Packages = [.. group.Select(row => row.Package)] })
                .OrderBy(row => row.Recipe, StringComparer.Ordinal)
                .ThenBy(row => row.Original),
        ];
    }

    /// <summary>When the latest attempt began that was not interrupted; null before the first.</summary>
    public DateTimeOffset? LastBegun() =>
        database.Read(session =>
            session.Scalar<long?>(
                """
                SELECT started_at FROM attempt
                WHERE reason = 'reproduce' AND (result IS NULL OR result <> 'interrupted')
                ORDER BY started_at DESC LIMIT 1
                """
            )
        )
            is { } last
            ? DateTimeOffset.FromUnixTimeMilliseconds(last)
            : null;

    /// <summary>Something is built again.</summary>
    /// <returns>The attempt's number.</returns>
    public long Begin(Reproduction what, string? pool)
    {
        long now = Now();
        return database.Write(session =>
        {
            session.Execute(
                """
                INSERT INTO attempt (build_id, reason, tag, commit_id, recipe_digest, pool, started_at, log)
                VALUES ($build, 'reproduce', $tag, $commit, $digest, $pool, $now, '')
                """,
                ("$build", what.BuildId),
                ("$tag", what.Tag),
                ("$commit", what.CommitId),
                ("$digest", what.RecipeDigest),
                ("$pool", pool),
                ("$now", now)
            );
            return AttemptStore.Name(session);
        });
    }

    /// <summary>It came to a verdict.</summary>
    public void Judged(Reproduction what, long attempt, RebuildOutcome verdict, string difference)
    {
        long now = Now();
        database.Write(session =>
        {
            bool same = verdict == RebuildOutcome.Identical;
            AttemptStore.End(
                session,
                attempt,
                same ? "done" : "failed",
                same ? null : FailureCause.Recipe,
                same ? RebuildVerdict.Text(verdict) : $"{RebuildVerdict.Text(verdict)}: {difference}",
                now
            );
            session.Execute(
                """
                INSERT INTO reproduction (original, verdict, judged_at, attempt_id, difference)
                VALUES ($original, $verdict, $now, $attempt, $detail)
                ON CONFLICT (original) DO UPDATE SET verdict = excluded.verdict, judged_at = excluded.judged_at,
                    attempt_id = excluded.attempt_id, difference = excluded.difference, detail = '', tries = 0,
                    next_attempt = NULL
                """,
                ("$original", what.Original),
                ("$verdict", RebuildVerdict.Text(verdict)),
                ("$attempt", attempt),
                ("$detail", difference),
                ("$now", now)
            );
        });
    }

    /// <summary>It came to none, for a reason that says nothing about the package.</summary>
    public void NotJudged(Reproduction what, long attempt, string detail, DateTimeOffset nextAttempt)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.End(session, attempt, "failed", FailureCause.Infrastructure, detail, now);
            session.Execute(
                """
                INSERT INTO reproduction (original, detail, tries, next_attempt) VALUES ($original, $detail, 1, $next)
                ON CONFLICT (original) DO UPDATE SET detail = excluded.detail, tries = tries + 1,
                    next_attempt = excluded.next_attempt
                """,
                ("$original", what.Original),
                ("$detail", detail),
                ("$next", nextAttempt.ToUnixTimeMilliseconds())
            );
        });
    }

    /// <summary>It gave way to something else, and is tried again as if it had not begun.</summary>
    public void Interrupted(long attempt, string detail)
    {
        long now = Now();
        database.Write(session =>
        {
            AttemptStore.End(session, attempt, "interrupted", null, detail, now);
        });
    }

    /// <summary>It cannot be tried.</summary>
    public void PassOver(Reproduction what, string detail)
    {
        if (what.Detail != detail)
        {
            database.Write(session =>
            {
                session.Execute(
                    """
                    INSERT INTO reproduction (original, detail) VALUES ($original, $detail)
                    ON CONFLICT (original) DO UPDATE SET detail = excluded.detail
                    """,
                    ("$original", what.Original),
                    ("$detail", detail)
                );
            });
        }
    }

    private static (Reproduction Row, BuildOutput Package) Map(SqliteDataReader row) =>
        (
            new Reproduction
            {
                Original = row.GetInt64(0),
                BuildId = row.GetInt64(1),
                Recipe = row.GetString(2),
                Version = row.GetString(3),
                Tag = row.GetString(4),
                CommitId = row.GetString(5),
                RecipeDigest = row.IsDBNull(6) ? null : row.GetString(6),
                Pool = row.IsDBNull(7) ? null : row.GetString(7),
                IsPaused = row.GetInt64(8) != 0,
                Packages = [],
                Verdict = row.IsDBNull(12) ? null : EnumText.ParseOutcome(row.GetString(12)),
                JudgedAt = Time(row, 13),
                AttemptId = row.IsDBNull(14) ? null : row.GetInt64(14),
                Difference = row.IsDBNull(15) ? "" : row.GetString(15),
                Detail = row.IsDBNull(16) ? "" : row.GetString(16),
                Tries = row.IsDBNull(17) ? 0 : row.GetInt32(17),
                NextAttempt = Time(row, 18),
            },
            new BuildOutput(row.GetString(9), row.GetString(10), row.GetInt64(11))
        );

    private static DateTimeOffset? Time(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    [JsonSerializable(typeof(string[]))]
    private sealed partial class DigestJson : JsonSerializerContext;
}
