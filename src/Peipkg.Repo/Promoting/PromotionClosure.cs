using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Querying;

namespace Peipkg.Repo.Promoting;

/// <summary>
/// What goes from one repository to another: the packages that were named, and of what they need everything that the target
/// does not have, as the source would satisfy it.
/// </summary>
internal sealed class PromotionClosure
{
    private readonly string _sourceName;
    private readonly IndexSheet _active;
    private readonly IndexSheet _archive;
    private readonly DependencyResolver _source;
    private readonly Edition _edition;
    private readonly Dictionary<PackageName, IndexRow> _future;
    private readonly Dictionary<PackageIdentity, Sha256Digest> _present;
    private readonly Queue<IndexRow> _open = [];
    private readonly List<IndexRow> _needed = [];
    private readonly List<IndexRow> _named = [];
    private readonly List<IndexRow> _there = [];

    private PromotionClosure(IndexSheet active, IndexSheet archive, PublishedState target)
    {
        _sourceName = active.Repo;
        _active = active;
        _archive = archive;
        _edition = target.Edition;
        _source = new DependencyResolver([.. active.Rows.Select(static row => row.Entry)], _edition);
        _future = ActiveSelection.From(target.Archive, static (_, _) => { }).ToDictionary(static row => row.Name);
        _present = target.Archive.ToDictionary(static row => row.Identity, static row => row.Hash);
    }

    /// <summary>The packages that were named and that the target lacks.</summary>
    internal IReadOnlyList<IndexRow> Named => _named;

    /// <summary>What they need besides and the target lacks.</summary>
    internal IReadOnlyList<IndexRow> Needed => _needed;

    /// <summary>The packages that were named and that the target has already.</summary>
    internal IReadOnlyList<IndexRow> There => _there;

    /// <summary>Finds it.</summary>
    /// <param name="queries">The packages that are named.</param>
    /// <param name="active">The source's active index.</param>
    /// <param name="archive">The source's archive index.</param>
    /// <param name="target">The repository that they go to.</param>
    /// <exception cref="UserErrorException">The source does not offer one of them.</exception>
    internal static PromotionClosure Of(
        IReadOnlyList<PackageQuery> queries,
        IndexSheet active,
        IndexSheet archive,
        PublishedState target
    )
    {
        PromotionClosure closure = new(active, archive, target);
        foreach (IndexRow row in queries.SelectMany(closure.Find).Distinct())
        {
            closure.Take(row, closure._named);
        }

        while (closure._open.TryDequeue(out IndexRow? row))
        {
            closure.Satisfy(row);
        }

        return closure;
    }

    private IEnumerable<IndexRow> Find(PackageQuery query)
    {
        List<IndexRow> versions = [.. _archive.Rows.Where(row => row.Name == query.Name)];
        if (versions.Count == 0)
        {
            throw new UserErrorException(
                $"\"{_sourceName}\" has no package {query.Name}"
                    + NearestName.Suggestion(query.Name.Text, _active.Rows.Select(static row => row.Name.Text))
            );
        }

        List<IndexRow> chosen = query.Version is { } version
            ? versions.FindAll(row => PackageVersion.Compare(row.Version, version) == 0)
            : [.. _active.Rows.Where(row => row.Name == query.Name)];
        if (chosen.Count == 0 && query.Version is not null)
        {
            throw new UserErrorException(
                $"\"{_sourceName}\" has no version {query.Version} of {query.Name}; there are "
                    + string.Join(", ", versions.Select(static row => row.Version.Text).Distinct())
            );
        }

        return chosen.Count > 0 && chosen.TrueForAll(static row => row.IsOffered)
            ? chosen
            : throw new UserErrorException(
                $"\"{_sourceName}\" has withdrawn {query.Name} {query.Version}".TrimEnd()
                    + "; name a version that it offers"
            );
    }

    private void Take(IndexRow row, List<IndexRow> list)
    {
        if (_present.TryGetValue(row.Identity, out Sha256Digest hash) && hash == row.Hash)
        {
            _there.Add(row);
            return;
        }

        list.Add(row);
        _open.Enqueue(row);
        if (
            !_future.TryGetValue(row.Name, out IndexRow? other)
            || PackageVersion.Compare(row.Version, other.Version) > 0
        )
        {
            _future[row.Name] = row;
        }
    }

    /// <summary>Takes what a package needs and the target would not have; what nobody has, the audit names.</summary>
    private void Satisfy(IndexRow row)
    {
        DependencyResolver target = new([.. _future.Values.Select(static other => other.Entry)], _edition);
        foreach (Dependency dependency in row.Entry.Dependencies)
        {
            foreach (Architecture system in _source.SystemsOf(row.Entry))
            {
                if (
                    target.Choose(system, dependency) is null
                    && _source.Choose(system, dependency) is { } entry
                    && _active.Rows.First(other => other.Name == entry.Name) is var needed
                    && !_named.Contains(needed)
                    && !_needed.Contains(needed)
                )
                {
                    Take(needed, _needed);
                }
            }
        }
    }
}
