using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Storage;

/// <summary>A tag that points elsewhere than at the last listing.</summary>
/// <param name="Name">The tag.</param>
/// <param name="OldId">Where it pointed.</param>
/// <param name="NewId">Where it points.</param>
/// <param name="Built">The latest version that was built from it until now; null when none was.</param>
internal sealed record MovedTag(string Name, string OldId, string NewId, string? Built = null);

/// <summary>What a listing brought that was not known before.</summary>
/// <param name="New">Names of tags never seen for this recipe and upstream.</param>
/// <param name="Moved">Tags that point elsewhere than at the last listing.</param>
/// <param name="FirstSeen">When each of the tags was first listed.</param>
internal sealed record TagChanges(
    IReadOnlySet<string> New,
    IReadOnlyList<MovedTag> Moved,
    IReadOnlyDictionary<string, DateTimeOffset> FirstSeen
);

/// <summary>Remembers the tags of each recipe's upstream with their object ids, so that a moved tag is noticed.</summary>
internal sealed class TagStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Records a listing and returns what is new in it. Tags that disappeared stay remembered: one that comes back
    /// pointing elsewhere has moved. That a tag moved after it was built goes to the diary in the same transaction: it is
    /// noticed once, and nobody may miss it.
    /// </summary>
    public TagChanges Record(string recipe, string upstream, IReadOnlyList<ListedTag> tags)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        Dictionary<string, Known> known = database
            .Read(session =>
                session.Query(
                    "SELECT name, upstream, object_id, first_seen, gone_at IS NOT NULL FROM tag WHERE recipe = $recipe",
                    row =>
                        KeyValuePair.Create(
                            row.GetString(0),
                            new Known(row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4) != 0)
                        ),
                    ("$recipe", recipe)
                )
            )
            .ToDictionary(StringComparer.Ordinal);

        List<ListedTag> changed = [];
        HashSet<string> fresh = new(StringComparer.Ordinal);
        List<MovedTag> moved = [];
        Dictionary<string, DateTimeOffset> firstSeen = new(StringComparer.Ordinal);
        foreach (ListedTag tag in tags)
        {
            long first = now;

            // Another upstream's tags of the same names are other tags.
            if (!known.Remove(tag.Name, out Known? before) || before.Upstream != upstream)
            {
                fresh.Add(tag.Name);
                changed.Add(tag);
            }
            else
            {
                first = before.FirstSeen;
                if (before.ObjectId != tag.ObjectId)
                {
                    moved.Add(new MovedTag(tag.Name, before.ObjectId, tag.ObjectId));
                    changed.Add(tag);
                }
                else if (before.Gone)
                {
                    changed.Add(tag);
                }
            }

            firstSeen[tag.Name] = DateTimeOffset.FromUnixTimeMilliseconds(first);
        }

        List<string> gone = [.. known.Where(t => !t.Value.Gone).Select(t => t.Key)];
        return new TagChanges(
            fresh,
            changed.Count + gone.Count > 0 ? Save(recipe, upstream, changed, moved, gone, now) : [],
            firstSeen
        );
    }

    /// <summary>The tags that the recipe's upstream lists, as last seen.</summary>
    public IReadOnlyList<ListedTag> Current(string recipe) =>
        database.Read(session =>
            session.Query(
                "SELECT name, object_id, commit_id FROM tag WHERE recipe = $recipe AND gone_at IS NULL ORDER BY name",
                row => new ListedTag(row.GetString(0), row.GetString(1), row.GetString(2)),
                ("$recipe", recipe)
            )
        );

    /// <summary>Tags that point elsewhere than when a version was built from them, and no later revision was built since.</summary>
    /// <remarks>CROSS JOIN: few tags have moved, and of their recipes alone the builds are read.</remarks>
    public IReadOnlyList<(string Recipe, string Tag, string Version)> MovedAfterBuild() =>
        database.Read(session =>
            session.Query(
                """
                SELECT tag.recipe, tag.name, max(build.version) FROM tag
                CROSS JOIN build ON build.recipe = tag.recipe AND build.tag = tag.name
                WHERE tag.moved_at IS NOT NULL AND tag.gone_at IS NULL AND build.state IN ('publishing', 'syncing', 'done')
                GROUP BY tag.recipe, tag.name
                HAVING sum(build.object_id = tag.object_id) = 0
                ORDER BY tag.recipe, tag.name
                """,
                row => (row.GetString(0), row.GetString(1), row.GetString(2))
            )
        );

    /// <summary>How much is added to the revision of what is built from a tag, for those where something is.</summary>
    public IReadOnlyDictionary<string, int> Raised(string recipe) =>
        database
            .Read(session =>
                session.Query(
                    "SELECT name, raised FROM tag WHERE recipe = $recipe AND raised > 0",
                    row => KeyValuePair.Create(row.GetString(0), row.GetInt32(1)),
                    ("$recipe", recipe)
                )
            )
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>Adds one to the revision of what is built from a tag; part of a <see cref="BuildMoves"/>.</summary>
    internal static void Raise(DatabaseSession session, string recipe, string tag) =>
        session.Execute(
            "UPDATE tag SET raised = raised + 1 WHERE recipe = $recipe AND name = $name",
            ("$recipe", recipe),
            ("$name", tag)
        );

    /// <summary>When each of the tags of <see cref="Current"/> was first listed.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> FirstSeen(string recipe) =>
        database
            .Read(session =>
                session.Query(
                    "SELECT name, first_seen FROM tag WHERE recipe = $recipe AND gone_at IS NULL",
                    row =>
                        KeyValuePair.Create(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1))),
                    ("$recipe", recipe)
                )
            )
            .ToDictionary(StringComparer.Ordinal);

    private List<MovedTag> Save(
        string recipe,
        string upstream,
        List<ListedTag> tags,
        List<MovedTag> moved,
        List<string> gone,
        long now
    ) =>
        database.Write(session =>
        {
            foreach (ListedTag tag in tags)
            {
                session.Execute(
                    """
                    INSERT INTO tag (recipe, name, upstream, object_id, commit_id, first_seen)
                    VALUES ($recipe, $name, $upstream, $object, $commit, $now)
                    ON CONFLICT (recipe, name) DO UPDATE SET
                        previous_id = CASE WHEN upstream <> excluded.upstream THEN NULL
                                           WHEN object_id <> excluded.object_id THEN object_id ELSE previous_id END,
                        moved_at    = CASE WHEN upstream <> excluded.upstream THEN NULL
                                           WHEN object_id <> excluded.object_id THEN excluded.first_seen ELSE moved_at END,
                        first_seen  = CASE WHEN upstream <> excluded.upstream THEN excluded.first_seen ELSE first_seen END,
                        upstream    = excluded.upstream,
                        object_id   = excluded.object_id,
                        commit_id   = excluded.commit_id,
                        gone_at     = NULL
                    """,
                    ("$recipe", recipe),
                    ("$name", tag.Name),
                    ("$upstream", upstream),
                    ("$object", tag.ObjectId),
                    ("$commit", tag.CommitId),
                    ("$now", now)
                );
            }

            foreach (string name in gone)
            {
                session.Execute(
                    "UPDATE tag SET gone_at = $now WHERE recipe = $recipe AND name = $name",
                    ("$recipe", recipe),
                    ("$name", name),
                    ("$now", now)
                );
            }

            return moved.ConvertAll(tag => Alert(session, recipe, tag, now));
        });

    private static MovedTag Alert(DatabaseSession session, string recipe, MovedTag tag, long now)
    {
        string? built = session.Scalar<string>(
            """
            SELECT version FROM build WHERE recipe = $recipe AND tag = $name AND object_id <> $new
                AND state NOT IN ('queued', 'failed', 'skipped')
            ORDER BY id DESC LIMIT 1
            """,
            ("$recipe", recipe),
            ("$name", tag.Name),
            ("$new", tag.NewId)
        );
        if (built is not null)
        {
            EventStore.Add(
                session,
                now,
                EventKind.TagMoved,
                recipe,
                built,
                null,
                $"tag {tag.Name} moved from {tag.OldId} to {tag.NewId} after it was built; nothing is rebuilt"
            );
        }

        return tag with
        {
            Built = built,
        };
    }

    private sealed record Known(string Upstream, string ObjectId, long FirstSeen, bool Gone);
}
