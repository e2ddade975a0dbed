namespace Peipkg.Manager.Storage;

/// <summary>
/// The database's layout, one script per version; <c>PRAGMA user_version</c> says how many have been applied.
/// A script that has reached main is never edited: a change is another script at the end of the list. Foreign keys are
/// off while they run and checked before they are committed, so that a script may remake a table. All times are Unix
/// milliseconds.
/// </summary>
internal static class Schema
{
    public static IReadOnlyList<string> Migrations { get; } = [V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11];

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

    // Whose fault a failure was, what an operator decided, how each upstream answers, and what happened when.
    private const string V2 = """
        ALTER TABLE tag ADD COLUMN gone_at INTEGER; -- since when the upstream lists it no more

        ALTER TABLE build ADD COLUMN hold TEXT      -- why it is left alone until someone acts
            CHECK (hold IN ('given-up', 'cancelled', 'rejected'));
        ALTER TABLE build ADD COLUMN cause TEXT     -- of the latest failure
            CHECK (cause IN ('recipe', 'infrastructure'));
        ALTER TABLE build ADD COLUMN trouble INTEGER NOT NULL DEFAULT 0; -- consecutive failures that are not the recipe's
        ALTER TABLE build ADD COLUMN recipe_digest TEXT; -- of the recipe's folder at the latest attempt

        -- As before, with what was built, from which recipe, the time of the sync, and one result more.
        CREATE TABLE attempt_v2 (
            id            INTEGER PRIMARY KEY AUTOINCREMENT,
            build_id      INTEGER NOT NULL REFERENCES build (id),
            reason        TEXT NOT NULL CHECK (reason IN ('poll', 'webhook', 'operator', 'revision')),
            tag           TEXT NOT NULL,
            commit_id     TEXT NOT NULL,
            recipe_digest TEXT,
            started_at    INTEGER NOT NULL,
            fetched_at    INTEGER,
            built_at      INTEGER,
            published_at  INTEGER,
            synced_at     INTEGER,
            ended_at      INTEGER,
            result        TEXT CHECK (result IN ('done', 'failed', 'interrupted', 'skipped', 'cancelled')),
            cause         TEXT CHECK (cause IN ('recipe', 'infrastructure')),
            detail        TEXT NOT NULL DEFAULT '',
            log           TEXT NOT NULL             -- relative to the state directory
        ) STRICT;
        INSERT INTO attempt_v2 (id, build_id, reason, tag, commit_id, started_at, fetched_at, built_at, published_at,
                                ended_at, result, cause, detail, log)
            SELECT attempt.id, build_id, reason, tag, commit_id, started_at, fetched_at, built_at, published_at,
                   ended_at, result, cause, attempt.detail, log
            FROM (SELECT id, build_id, started_at, fetched_at, built_at, published_at, ended_at, result,
                         cause, detail, log FROM attempt) AS attempt
            JOIN (SELECT id AS of, reason, tag, commit_id FROM build) ON of = build_id;
        DROP TABLE attempt;
        ALTER TABLE attempt_v2 RENAME TO attempt;
        CREATE INDEX attempt_by_build ON attempt (build_id);

        -- How each recipe's upstream answers, and whether its builds are paused.
        CREATE TABLE recipe (
            name          TEXT PRIMARY KEY,
            upstream      TEXT NOT NULL DEFAULT '', -- whose first contact is meant, without credentials
            first_contact INTEGER,                  -- when that upstream was first listed
            polled_at     INTEGER,                  -- when the latest poll began
            answered_at   INTEGER,                  -- when the latest poll that brought a listing began
            changed_at    INTEGER,                  -- when a poll last brought a new or moved tag
            trigger       TEXT NOT NULL DEFAULT '', -- of the latest poll
            outcome       TEXT NOT NULL DEFAULT '', -- what it led to, in words
            tags_seen     INTEGER NOT NULL DEFAULT 0,
            versions      INTEGER NOT NULL DEFAULT 0,
            failures      INTEGER NOT NULL DEFAULT 0, -- consecutive polls without an answer
            paused_at     INTEGER,
            pause_reason  TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID;

        -- What an operator set for the whole farm.
        CREATE TABLE setting (
            key        TEXT PRIMARY KEY,
            value      TEXT NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- What happened, in order, for people and for notifications.
        CREATE TABLE event (
            id         INTEGER PRIMARY KEY AUTOINCREMENT,
            at         INTEGER NOT NULL,
            kind       TEXT NOT NULL,               -- see EventKind
            recipe     TEXT,
            version    TEXT,
            attempt_id INTEGER,
            detail     TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX event_by_recipe ON event (recipe, id);
        """;

    // What is out there in more detail: who signed it, whether it was being replaced, and whether consumers see it.
    private const string V3 = """
        ALTER TABLE sync_target ADD COLUMN signer              TEXT NOT NULL DEFAULT '';
        ALTER TABLE sync_target ADD COLUMN switching           INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE sync_target ADD COLUMN checked_fingerprint TEXT NOT NULL DEFAULT '';
        ALTER TABLE sync_target ADD COLUMN checked_at          INTEGER;
        ALTER TABLE sync_target ADD COLUMN check_error         TEXT NOT NULL DEFAULT '';
        """;

    // What the latest answer of each upstream gives at most, troubles that were told, and what operators said of them.
    // Attempts are counted as they end: no page or metric reads all of a long history.
    private const string V4 = """
        ALTER TABLE recipe ADD COLUMN newest TEXT;

        CREATE TABLE trouble (
            key      TEXT PRIMARY KEY,              -- kind and whom it is about
            severity TEXT NOT NULL CHECK (severity IN ('error', 'warning')),
            since    INTEGER NOT NULL,
            detail   TEXT NOT NULL DEFAULT '',
            kept     INTEGER NOT NULL DEFAULT 0     -- until it is acknowledged
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE acknowledgement (
            key    TEXT PRIMARY KEY,                -- of the trouble
            reason TEXT NOT NULL,
            at     INTEGER NOT NULL,
            until  INTEGER                          -- null: until the trouble is over
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE attempt_total (
            result  TEXT NOT NULL,
            cause   TEXT NOT NULL,                  -- empty for none
            number  INTEGER NOT NULL,
            PRIMARY KEY (result, cause)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO attempt_total (result, cause, number)
            SELECT result, coalesce(cause, ''), count(*) FROM attempt WHERE result IS NOT NULL GROUP BY 1, 2;
        CREATE TRIGGER attempt_counted AFTER UPDATE OF result ON attempt WHEN OLD.result IS NULL AND NEW.result IS NOT NULL
        BEGIN
            INSERT INTO attempt_total (result, cause, number) VALUES (NEW.result, coalesce(NEW.cause, ''), 1)
            ON CONFLICT (result, cause) DO UPDATE SET number = number + 1;
        END;

        -- How long attempts took that were built or failed: how many at most so many seconds, and all of them together.
        CREATE TABLE duration_total (
            most   INTEGER PRIMARY KEY,             -- seconds; the last stands for any number
            number INTEGER NOT NULL DEFAULT 0,
            sum    REAL NOT NULL DEFAULT 0          -- of the last alone
        ) STRICT;
        INSERT INTO duration_total (most, number, sum)
            SELECT column1, count(seconds), coalesce(sum(seconds), 0.0)
            FROM (VALUES (10), (30), (60), (300), (900), (1800), (3600), (7200), (14400), (43200), (9223372036854775807))
                 AS bucket
            LEFT JOIN (SELECT (coalesce(built_at, ended_at) - started_at) / 1000.0 AS seconds FROM attempt
                       WHERE result IN ('done', 'failed') AND coalesce(built_at, ended_at) >= started_at)
                ON seconds <= column1
            GROUP BY column1;
        CREATE TRIGGER duration_counted AFTER UPDATE OF result ON attempt
        WHEN OLD.result IS NULL AND NEW.result IN ('done', 'failed') AND coalesce(NEW.built_at, NEW.ended_at) >= NEW.started_at
        BEGIN
            UPDATE duration_total SET number = number + 1,
                sum = sum + (coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at) / 1000.0
            WHERE most >= (coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at) / 1000.0;
        END;

        -- Each recipe's latest build and attempts without reading the others.
        CREATE INDEX build_by_change ON build (recipe, changed_at, id);
        CREATE INDEX build_by_attempt ON build (recipe, attempt_id);
        CREATE INDEX attempt_open ON attempt (id) WHERE ended_at IS NULL;
        CREATE INDEX tag_moved ON tag (recipe, name) WHERE moved_at IS NOT NULL;

        CREATE TABLE build_total (
            state  TEXT PRIMARY KEY,
            number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO build_total (state, number) SELECT state, count(*) FROM build GROUP BY state;
        CREATE TRIGGER build_added AFTER INSERT ON build
        BEGIN
            INSERT INTO build_total (state, number) VALUES (NEW.state, 1)
            ON CONFLICT (state) DO UPDATE SET number = number + 1;
        END;
        CREATE TRIGGER build_moved AFTER UPDATE OF state ON build WHEN OLD.state <> NEW.state
        BEGIN
            UPDATE build_total SET number = number - 1 WHERE state = OLD.state;
            INSERT INTO build_total (state, number) VALUES (NEW.state, 1)
            ON CONFLICT (state) DO UPDATE SET number = number + 1;
        END;
        """;

    // How often an operator had what was built from a tag built again.
    private const string V5 = """
        ALTER TABLE tag ADD COLUMN raised INTEGER NOT NULL DEFAULT 0; -- added to the recipe's revision
        CREATE INDEX tag_raised ON tag (recipe, name) WHERE raised > 0;
        """;

    // What is built and would break what is published waits, and is known to wait.
    private const string V6 = """
        -- As before, with one state more and an operator's word.
        CREATE TABLE build_v6 (
            id            INTEGER PRIMARY KEY AUTOINCREMENT,
            recipe        TEXT NOT NULL,
            version       TEXT NOT NULL,
            tag           TEXT NOT NULL,
            object_id     TEXT NOT NULL,
            commit_id     TEXT NOT NULL,
            reason        TEXT NOT NULL CHECK (reason IN ('poll', 'webhook', 'operator', 'revision')),
            state         TEXT NOT NULL CHECK (state IN ('queued', 'fetching', 'building', 'publishing', 'held',
                                                         'syncing', 'done', 'failed', 'skipped')),
            detail        TEXT NOT NULL DEFAULT '', -- why it is in this state
            attempts      INTEGER NOT NULL DEFAULT 0,
            failures      INTEGER NOT NULL DEFAULT 0, -- consecutive, the recipe's
            trouble       INTEGER NOT NULL DEFAULT 0, -- consecutive, not the recipe's
            cause         TEXT CHECK (cause IN ('recipe', 'infrastructure')), -- of the latest failure
            hold          TEXT                      -- why it is left alone until someone acts
                CHECK (hold IN ('given-up', 'cancelled', 'rejected')),
            released      INTEGER NOT NULL DEFAULT 0, -- an operator wants it published, whatever it breaks
            next_attempt  INTEGER,                  -- not before; null: at once
            queued_at     INTEGER NOT NULL,
            changed_at    INTEGER NOT NULL,
            attempt_id    INTEGER,                  -- the latest
            generation    INTEGER,                  -- index_version that first named its packages
            recipe_digest TEXT,                     -- of the recipe's folder at the latest attempt
            UNIQUE (recipe, version)
        ) STRICT;
        INSERT INTO build_v6 (id, recipe, version, tag, object_id, commit_id, reason, state, detail, attempts, failures,
                              trouble, cause, hold, next_attempt, queued_at, changed_at, attempt_id, generation, recipe_digest)
            SELECT id, recipe, version, tag, object_id, commit_id, reason, state, detail, attempts, failures,
                   trouble, cause, hold, next_attempt, queued_at, changed_at, attempt_id, generation, recipe_digest
            FROM build;
        DROP TABLE build;
        ALTER TABLE build_v6 RENAME TO build;
        CREATE INDEX build_by_state ON build (state, next_attempt);
        CREATE INDEX build_by_change ON build (recipe, changed_at, id);
        CREATE INDEX build_by_attempt ON build (recipe, attempt_id);
        CREATE TRIGGER build_added AFTER INSERT ON build
        BEGIN
            INSERT INTO build_total (state, number) VALUES (NEW.state, 1)
            ON CONFLICT (state) DO UPDATE SET number = number + 1;
        END;
        CREATE TRIGGER build_moved AFTER UPDATE OF state ON build WHEN OLD.state <> NEW.state
        BEGIN
            UPDATE build_total SET number = number - 1 WHERE state = OLD.state;
            INSERT INTO build_total (state, number) VALUES (NEW.state, 1)
            ON CONFLICT (state) DO UPDATE SET number = number + 1;
        END;

        -- What would lack what if a held build were published.
        CREATE TABLE lack (
            build_id INTEGER NOT NULL REFERENCES build (id),
            package  TEXT NOT NULL,                 -- would lack it; one that is published, or the build's own
            name     TEXT NOT NULL,                 -- what it depends on
            recipe   TEXT,                          -- makes the package; null: none does
            rebuilt  INTEGER NOT NULL DEFAULT 0,    -- the farm had that recipe built again for it
            PRIMARY KEY (build_id, package, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER build_unheld AFTER UPDATE OF state ON build WHEN OLD.state = 'held' AND NEW.state <> 'held'
        BEGIN
            DELETE FROM lack WHERE build_id = NEW.id;
        END;
        """;

    // Where attempts ran, and where none shall.
    private const string V7 = """
        ALTER TABLE attempt ADD COLUMN pool TEXT;   -- null: the farm has no pools
        CREATE TABLE drained_pool (
            name       TEXT PRIMARY KEY,
            reason     TEXT NOT NULL,               -- the operator's
            drained_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """;

    // Who did what operators do.
    private const string V8 = """
        ALTER TABLE event ADD COLUMN operator TEXT; -- null: nobody, or before it was kept
        """;

    // What each day came to, for charts: no page reads the history for them.
    private const string V9 = """
        CREATE TABLE day_total (
            recipe  TEXT NOT NULL,                  -- empty: the farm
            day     INTEGER NOT NULL,               -- since 1970-01-01, UTC; of the end
            passed  INTEGER NOT NULL DEFAULT 0,
            failed  INTEGER NOT NULL DEFAULT 0,
            seconds REAL NOT NULL DEFAULT 0,        -- of all of them together, until what they made was there
            longest REAL NOT NULL DEFAULT 0,
            queued  INTEGER,                        -- versions that waited at once, at most; null: not looked
            PRIMARY KEY (recipe, day)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER day_counted AFTER UPDATE OF result ON attempt
        WHEN OLD.result IS NULL AND NEW.result IN ('done', 'failed')
        BEGIN
            INSERT INTO day_total (recipe, day, passed, failed, seconds, longest)
                SELECT name, NEW.ended_at / 86400000, NEW.result = 'done', NEW.result = 'failed',
                       max(coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at, 0) / 1000.0,
                       max(coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at, 0) / 1000.0
                FROM (SELECT '' AS name UNION ALL SELECT recipe FROM build WHERE id = NEW.build_id) WHERE true
            ON CONFLICT (recipe, day) DO UPDATE SET passed = passed + excluded.passed, failed = failed + excluded.failed,
                seconds = seconds + excluded.seconds, longest = max(longest, excluded.longest);
        END;
        WITH ended (recipe, day, result, seconds) AS (
            SELECT recipe, ended_at / 86400000, result, max(coalesce(built_at, ended_at) - started_at, 0) / 1000.0
            FROM (SELECT build_id, started_at, built_at, ended_at, result FROM attempt)
            JOIN (SELECT id, recipe FROM build) ON id = build_id
            WHERE result IN ('done', 'failed') AND ended_at IS NOT NULL
        )
        INSERT INTO day_total (recipe, day, passed, failed, seconds, longest)
            SELECT recipe, day, sum(result = 'done'), sum(result = 'failed'), sum(seconds), max(seconds)
            FROM (SELECT recipe, day, result, seconds FROM ended
                  UNION ALL SELECT '', day, result, seconds FROM ended)
            GROUP BY recipe, day;
        """;

    // What came of building again what is published. Such attempts count neither as builds nor for charts.
    private const string V10 = """
        -- As before, with one reason more.
        CREATE TABLE attempt_v10 (
            id            INTEGER PRIMARY KEY AUTOINCREMENT,
            build_id      INTEGER NOT NULL REFERENCES build (id),
            reason        TEXT NOT NULL CHECK (reason IN ('poll', 'webhook', 'operator', 'revision', 'reproduce')),
            tag           TEXT NOT NULL,
            commit_id     TEXT NOT NULL,
            recipe_digest TEXT,
            started_at    INTEGER NOT NULL,
            fetched_at    INTEGER,
            built_at      INTEGER,
            published_at  INTEGER,
            synced_at     INTEGER,
            ended_at      INTEGER,
            result        TEXT CHECK (result IN ('done', 'failed', 'interrupted', 'skipped', 'cancelled')),
            cause         TEXT CHECK (cause IN ('recipe', 'infrastructure')),
            detail        TEXT NOT NULL DEFAULT '',
            log           TEXT NOT NULL,            -- relative to the state directory
            pool          TEXT                      -- null: the farm has no pools
        ) STRICT;
        INSERT INTO attempt_v10 (id, build_id, reason, tag, commit_id, recipe_digest, started_at, fetched_at, built_at,
                                 published_at, synced_at, ended_at, result, cause, detail, log, pool)
            SELECT id, build_id, reason, tag, commit_id, recipe_digest, started_at, fetched_at, built_at,
                   published_at, synced_at, ended_at, result, cause, detail, log, pool
            FROM attempt;
        DROP TABLE attempt;
        ALTER TABLE attempt_v10 RENAME TO attempt;
        CREATE INDEX attempt_by_build ON attempt (build_id);
        CREATE INDEX attempt_open ON attempt (id) WHERE ended_at IS NULL;
        CREATE INDEX attempt_reproduced ON attempt (started_at) WHERE reason = 'reproduce';
        CREATE TRIGGER attempt_counted AFTER UPDATE OF result ON attempt
        WHEN OLD.result IS NULL AND NEW.result IS NOT NULL AND NEW.reason <> 'reproduce'
        BEGIN
            INSERT INTO attempt_total (result, cause, number) VALUES (NEW.result, coalesce(NEW.cause, ''), 1)
            ON CONFLICT (result, cause) DO UPDATE SET number = number + 1;
        END;
        CREATE TRIGGER duration_counted AFTER UPDATE OF result ON attempt
        WHEN OLD.result IS NULL AND NEW.result IN ('done', 'failed') AND NEW.reason <> 'reproduce'
            AND coalesce(NEW.built_at, NEW.ended_at) >= NEW.started_at
        BEGIN
            UPDATE duration_total SET number = number + 1,
                sum = sum + (coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at) / 1000.0
            WHERE most >= (coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at) / 1000.0;
        END;
        CREATE TRIGGER day_counted AFTER UPDATE OF result ON attempt
        WHEN OLD.result IS NULL AND NEW.result IN ('done', 'failed') AND NEW.reason <> 'reproduce'
        BEGIN
            INSERT INTO day_total (recipe, day, passed, failed, seconds, longest)
                SELECT name, NEW.ended_at / 86400000, NEW.result = 'done', NEW.result = 'failed',
                       max(coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at, 0) / 1000.0,
                       max(coalesce(NEW.built_at, NEW.ended_at) - NEW.started_at, 0) / 1000.0
                FROM (SELECT '' AS name UNION ALL SELECT recipe FROM build WHERE id = NEW.build_id) WHERE true
            ON CONFLICT (recipe, day) DO UPDATE SET passed = passed + excluded.passed, failed = failed + excluded.failed,
                seconds = seconds + excluded.seconds, longest = max(longest, excluded.longest);
        END;
        CREATE INDEX output_by_digest ON output (sha256);

        CREATE TABLE reproduction (
            original     INTEGER PRIMARY KEY REFERENCES attempt (id), -- made what is published
            verdict      TEXT CHECK (verdict IN ('identical', 'different', 'unbuildable')), -- the latest
            judged_at    INTEGER,
            attempt_id   INTEGER REFERENCES attempt (id), -- led to it
            difference   TEXT NOT NULL DEFAULT '',  -- what it came to, unless it was the same
            detail       TEXT NOT NULL DEFAULT '',  -- why there was no verdict since
            tries        INTEGER NOT NULL DEFAULT 0, -- since
            next_attempt INTEGER                    -- not before; null: in its turn
        ) STRICT;
        """;

    // What changes of recipes would lead to.
    private const string V11 = """
        CREATE TABLE trial (
            id          INTEGER PRIMARY KEY AUTOINCREMENT,
            source      TEXT NOT NULL,              -- a branch, a commit, a directory, or the ref of a request
            recipes     TEXT NOT NULL DEFAULT '',   -- only these, one a line; empty: what changes
            request     INTEGER,                    -- the number of the pull request; null: an operator's trial
            commit_id   TEXT,                       -- null: a directory, or not known yet
            branch      TEXT,                       -- of a request: the branch that it is made from
            author      TEXT,                       -- of a request: who made it
            sender      TEXT,                       -- of a request: whose act was delivered
            state       TEXT NOT NULL CHECK (state IN ('received', 'waiting', 'queued', 'running', 'passed', 'failed',
                                                       'error', 'cancelled')),
            detail      TEXT NOT NULL DEFAULT '',   -- why it is in this state
            operator    TEXT,                       -- who began or approved it
            created_at  INTEGER NOT NULL,
            ended_at    INTEGER,
            report      TEXT NOT NULL DEFAULT '',   -- JSON: what became of each recipe
            told        TEXT                        -- what the forge was told last
        ) STRICT;
        CREATE INDEX trial_by_state ON trial (state);
        CREATE INDEX trial_by_request ON trial (request);
        """;
}
