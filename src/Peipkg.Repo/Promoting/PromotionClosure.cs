using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
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
    private readonly IndexSheet _archive;
    private readonly Dictionary<PackageName, IndexRow> _advertised;
    private readonly DependencyResolver _source;
    private readonly PublishedState _target;
    private readonly Dictionary<PackageName, IndexRow> _future;
    private readonly Dictionary<PackageIdentity, IndexRow> _present;
    private readonly HashSet<PackageIdentity> _seen = [];
    private readonly Queue<IndexRow> _open = [];
    private readonly List<IndexRow> _needed = [];
    private readonly List<IndexRow> _named = [];
    private readonly List<IndexRow> _there = [];
    private readonly List<string> _unmet = [];

    // Of what the target will advertise; null when that has changed since.
    private DependencyResolver? _resolver;

    private PromotionClosure(IndexSheet active, IndexSheet archive, PublishedState target)
    {
        _sourceName = active.Repo;
        _archive = archive;
        _advertised = active.Rows.ToDictionary(static row => row.Name);
        _target = target;
        _source = new DependencyResolver([.. active.Rows.Select(static row => row.Entry)], target.Edition);
        _future = ActiveSelection.From(target.Archive, static (_, _) => { }).ToDictionary(static row => row.Name);
        _present = target.Archive.ToDictionary(static row => row.Identity);
    }

    /// <summary>The packages that were named and that the target lacks.</summary>
    internal IReadOnlyList<IndexRow> Named => _named;

    /// <summary>What they need besides and the target lacks.</summary>
    internal IReadOnlyList<IndexRow> Needed => _needed;

    /// <summary>The packages that were named and that the target has already.</summary>
    internal IReadOnlyList<IndexRow> There => _there;

    /// <summary>What they need and the target has but does not advertise, in words: nothing that comes along helps.</summary>
    internal IReadOnlyList<string> Unmet => _unmet;

    /// <summary>Finds it.</summary>
    /// <param name="queries">The packages that are named.</param>
    /// <param name="active">The source's active index.</param>
    /// <param name="archive">The source's archive index.</param>
    /// <param name="target">The repository that they go to.</param>
    /// <exception cref="UserErrorException">The source does not offer one of them, or the target has withdrawn it.</exception>
    internal static PromotionClosure Of(
        IReadOnlyList<PackageQuery> queries,
        IndexSheet active,
        IndexSheet archive,
        PublishedState target
    )
    {
        PromotionClosure closure = new(active, archive, target);
        foreach (IndexRow row in queries.SelectMany(closure.Find).DistinctBy(static row => row.Identity))
        {
            closure.TakeNamed(row);
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
                    + NearestName.Suggestion(query.Name.Text, _advertised.Keys.Select(static name => name.Text))
            );
        }

        List<IndexRow> chosen =
            query.Version is { } version ? versions.FindAll(row => PackageVersion.Compare(row.Version, version) == 0)
            : _advertised.TryGetValue(query.Name, out IndexRow? advertised) ? [advertised]
            : [];
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

    private void TakeNamed(IndexRow row)
    {
        if (InTarget(row) is not { } there)
        {
            Take(row, _named);
        }
        else if (there.Entry.Withdrawn is { } withdrawal)
        {
            throw new UserErrorException(
                $"\"{_target.Descriptor.Name}\" has withdrawn {row} ({withdrawal.Reason}); offer it again there with "
                    + $"\"withdraw {row.Name}={row.Version} --undo\", or promote a higher revision"
            );
        }
        else
        {
            _there.Add(row);
        }
    }

    /// <summary>The same bytes as the target has them; null when it does not.</summary>
    private IndexRow? InTarget(IndexRow row) =>
        _present.TryGetValue(row.Identity, out IndexRow? there) && there.Hash == row.Hash ? there : null;

    private void Take(IndexRow row, List<IndexRow> list)
    {
        list.Add(row);
        _seen.Add(row.Identity);
        _open.Enqueue(row);
        if (
            !_future.TryGetValue(row.Name, out IndexRow? other)
            || PackageVersion.Compare(row.Version, other.Version) > 0
        )
        {
            _future[row.Name] = row;
            _resolver = null;
        }
    }

    /// <summary>Takes what a package needs and the target would not have; what nobody has, the audit names.</summary>
    private void Satisfy(IndexRow row)
    {
        _resolver ??= new DependencyResolver([.. _future.Values.Select(static other => other.Entry)], _target.Edition);
        DependencyResolver target = _resolver;
        foreach (Dependency dependency in row.Entry.Dependencies)
        {
            foreach (Architecture system in _source.SystemsOf(row.Entry))
            {
                if (
                    target.Choose(system, dependency) is null
                    && _source.Choose(system, dependency) is { } entry
                    && _advertised[entry.Name] is var needed
                    && !_seen.Contains(needed.Identity)
                )
                {
                    TakeNeeded(needed, row);
                }
            }
        }
    }

    private void TakeNeeded(IndexRow needed, IndexRow dependent)
    {
        if (InTarget(needed) is not { } there)
        {
            Take(needed, _needed);
            return;
        }

        _seen.Add(needed.Identity);
        string target = _target.Descriptor.Name;
        _unmet.Add(
            there.Entry.Withdrawn is { } withdrawal
                ? $"{dependent} needs {needed}, which \"{target}\" has withdrawn ({withdrawal.Reason})"
                : $"{dependent} needs {needed}, but \"{target}\" has {_future[needed.Name].Version} in its place"
        );
    }
}
