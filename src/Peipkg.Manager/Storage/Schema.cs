namespace Peipkg.Manager.Storage;

/// <summary>
/// The database's layout, one script per version; <c>PRAGMA user_version</c> says how many have been applied.
/// A released script is never edited: a change is another script. All times are Unix milliseconds.
/// </summary>
internal static class Schema
{
    public static IReadOnlyList<string> Migrations { get; } = [V1];

    private const string V1 = """
        -- Tags that matched a recipe's pattern, with the ids under which they were first listed.
        CREATE TABLE tag (
            recipe      TEXT NOT NULL,
            name        TEXT NOT NULL,
            upstream    TEXT NOT NULL,              -- without credentials
            object_id   TEXT NOT NULL,              -- what refs/tags/<name> points at
            commit_id   TEXT NOT NULL,              -- the same, peeled
            first_seen  INTEGER NOT NULL,
            previous_id TEXT,                       -- the object id before the tag moved
            moved_at    INTEGER,
            PRIMARY KEY (recipe, name)
        ) STRICT, WITHOUT ROWID;

        -- The story of one version of one recipe.
        CREATE TABLE build (
            id           INTEGER PRIMARY KEY AUTOINCREMENT,
            recipe       TEXT NOT NULL,
            version      TEXT NOT NULL,
            tag          TEXT NOT NULL,
            object_id    TEXT NOT NULL,
            commit_id    TEXT NOT NULL,
            reason       TEXT NOT NULL CHECK (reason IN ('poll', 'webhook', 'operator', 'revision')),
            state        TEXT NOT NULL CHECK (state IN ('queued', 'fetching', 'building', 'publishing', 'syncing',
                                                        'done', 'failed', 'skipped')),
            detail       TEXT NOT NULL DEFAULT '',  -- why it is in this state
            attempts     INTEGER NOT NULL DEFAULT 0,
            failures     INTEGER NOT NULL DEFAULT 0,-- consecutive
            next_attempt INTEGER,                   -- not before; null: at once
            queued_at    INTEGER NOT NULL,
            changed_at   INTEGER NOT NULL,
            attempt_id   INTEGER,                   -- the latest
            generation   INTEGER,                   -- index_version that first named its packages
            UNIQUE (recipe, version)
        ) STRICT;
        CREATE INDEX build_by_state ON build (state, next_attempt);

        -- One run through a build. Its id names its directories and its log.
        CREATE TABLE attempt (
            id           INTEGER PRIMARY KEY AUTOINCREMENT,
            build_id     INTEGER NOT NULL REFERENCES build (id),
            started_at   INTEGER NOT NULL,
            fetched_at   INTEGER,
            built_at     INTEGER,
            published_at INTEGER,
            ended_at     INTEGER,
            result       TEXT CHECK (result IN ('done', 'failed', 'interrupted', 'skipped')),
            cause        TEXT CHECK (cause IN ('recipe', 'infrastructure')),
            detail       TEXT NOT NULL DEFAULT '',
            log          TEXT NOT NULL              -- relative to the state directory
        ) STRICT;
        CREATE INDEX attempt_by_build ON attempt (build_id);

        CREATE TABLE output (
            attempt_id INTEGER NOT NULL REFERENCES attempt (id),
            file_name  TEXT NOT NULL,
            sha256     TEXT NOT NULL,
            size       INTEGER NOT NULL,
            PRIMARY KEY (attempt_id, file_name)
        ) STRICT, WITHOUT ROWID;

        -- Which generation is out at which target.
        CREATE TABLE sync_target (
            key          TEXT PRIMARY KEY,          -- digest of backend and remote
            backend      TEXT NOT NULL,
            remote       TEXT NOT NULL,             -- for people, without credentials
            fingerprint  TEXT NOT NULL DEFAULT '',  -- of the generation last synced whole
            generation   INTEGER NOT NULL DEFAULT 0,
            synced_at    INTEGER,
            failures     INTEGER NOT NULL DEFAULT 0,
            next_attempt INTEGER,
            last_error   TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID;
        """;
}
