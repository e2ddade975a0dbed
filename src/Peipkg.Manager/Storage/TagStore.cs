namespace Peipkg.Manager.Storage;

/// <summary>A tag as an upstream lists it.</summary>
/// <param name="Name">Without <c>refs/tags/</c>.</param>
/// <param name="ObjectId">What the tag points at: a tag object, or directly the commit.</param>
/// <param name="CommitId">The same, peeled.</param>
internal sealed record ListedTag(string Name, string ObjectId, string CommitId);

/// <summary>A tag that points elsewhere than when it was first seen.</summary>
internal sealed record MovedTag(string Name, string OldId, string NewId);

/// <summary>What a listing brought that was not known before.</summary>
/// <param name="New">Names of tags never seen for this recipe and upstream.</param>
/// <param name="Moved">Tags that point elsewhere than at the last listing.</param>
internal sealed record TagChanges(IReadOnlySet<string> New, IReadOnlyList<MovedTag> Moved);

/// <summary>Remembers the tags of each recipe's upstream with their object ids, so that a moved tag is noticed.</summary>
internal sealed class TagStore(ManagerDatabase database, TimeProvider clock)
{
    /// <summary>Records a listing and returns what is new in it. Tags that disappeared stay remembered: one that
    /// comes back pointing elsewhere has moved.</summary>
    public TagChanges Record(string recipe, string upstream, IReadOnlyList<ListedTag> tags)
    {
        Dictionary<string, (string Upstream, string ObjectId)> known = database.Read(session => session.Query(
            "SELECT name, upstream, object_id FROM tag WHERE recipe = $recipe",
            row => (Name: row.GetString(0), Upstream: row.GetString(1), ObjectId: row.GetString(2)),
            ("$recipe", recipe))).ToDictionary(t => t.Name, t => (t.Upstream, t.ObjectId), StringComparer.Ordinal);

        List<ListedTag> changed = [];
        HashSet<string> fresh = new(StringComparer.Ordinal);
        List<MovedTag> moved = [];
        foreach (ListedTag tag in tags)
        {
            // Another upstream's tags of the same names are other tags.
            if (!known.TryGetValue(tag.Name, out var before) || before.Upstream != upstream)
            {
                fresh.Add(tag.Name);
                changed.Add(tag);
            }
            else if (before.ObjectId != tag.ObjectId)
            {
                moved.Add(new MovedTag(tag.Name, before.ObjectId, tag.ObjectId));
                changed.Add(tag);
            }
        }

        if (changed.Count > 0)
        {
            Save(recipe, upstream, changed);
        }

        return new TagChanges(fresh, moved);
    }

    private void Save(string recipe, string upstream, List<ListedTag> tags)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        database.Write(session =>
        {
            foreach (ListedTag tag in tags)
            {
                session.Execute(
                    """
                    INSERT INTO tag (recipe, name, upstream, object_id, commit_id, first_seen)
                    VALUES ($recipe, $name, $upstream, $object, $commit, $now)
                    ON CONFLICT (recipe, name) DO UPDATE SET
                        previous_id = CASE WHEN upstream = excluded.upstream THEN object_id END,
                        moved_at    = CASE WHEN upstream = excluded.upstream THEN excluded.first_seen END,
                        upstream    = excluded.upstream,
                        object_id   = excluded.object_id,
                        commit_id   = excluded.commit_id
                    """,
                    ("$recipe", recipe), ("$name", tag.Name), ("$upstream", upstream),
                    ("$object", tag.ObjectId), ("$commit", tag.CommitId), ("$now", now));
            }
        });
    }
}
