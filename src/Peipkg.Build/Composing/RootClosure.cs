using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Composing;

/// <summary>The packages of a root: those that were asked for, and all that they need, as the repositories satisfy it.</summary>
internal sealed class RootClosure
{
    private readonly IReadOnlyList<ComposeSource> _sources;
    private readonly Edition _edition;
    private readonly Dictionary<IndexEntry, ComposeSource> _sourceOf = new(ReferenceEqualityComparer.Instance);
    private readonly List<IndexEntry> _offered = [];
    private readonly List<IndexEntry> _chosen = [];
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private DependencyResolver _offer;

    // Of what is chosen; null when that has changed since.
    private DependencyResolver? _present;

    private RootClosure(IReadOnlyList<ComposeSource> sources)
    {
        _sources = sources;
        _edition = sources[0].Descriptor.Edition;
        foreach (ComposeSource source in sources)
        {
            foreach (IndexEntry entry in source.Offered)
            {
                _sourceOf[entry] = source;
                _offered.Add(entry);
            }
        }

        _offer = Resolver(_offered);
    }

    /// <summary>The packages, sorted by name.</summary>
    internal IReadOnlyList<IndexEntry> Packages => _chosen;

    /// <summary>Their edition.</summary>
    internal Edition Edition => _edition;

    /// <summary>Finds them.</summary>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="sources">The repositories; where several satisfy something, the highest version is taken.</param>
    /// <exception cref="UserErrorException">Something is missing or excludes something else: all of it, with who wants it.</exception>
    internal static RootClosure Of(IReadOnlyList<Dependency> wanted, IReadOnlyList<ComposeSource> sources)
    {
        foreach (ComposeSource source in sources)
        {
            if (source.Descriptor.Edition != sources[0].Descriptor.Edition)
            {
                throw new UserErrorException(
                    $"{sources[0]} is of edition {sources[0].Descriptor.Edition} and {source} of {source.Descriptor.Edition}; a root has packages of one"
                );
            }
        }

        RootClosure closure = new(sources);
        foreach (Dependency dependency in wanted)
        {
            closure.OfferOlder(dependency);
        }

        foreach (Dependency dependency in wanted)
        {
            closure.Satisfy(null, dependency);
        }

        for (int i = 0; i < closure._chosen.Count; i++)
        {
            foreach (Dependency dependency in closure._chosen[i].Dependencies)
            {
                closure.Satisfy(closure._chosen[i], dependency);
            }
        }

        closure.RefuseExclusions();
        if (closure._problems.Count > 0)
        {
            throw new UserErrorException(string.Join('\n', closure._problems));
        }

        closure._chosen.Sort(static (one, other) => one.Name.CompareTo(other.Name));
        return closure;
    }

    /// <summary>The repository that offers a package.</summary>
    internal ComposeSource SourceOf(IndexEntry entry) => _sourceOf[entry];

    /// <summary>The package of the root that satisfies a dependency.</summary>
    internal IndexEntry? Provider(IndexEntry? dependent, Dependency dependency) =>
        (_present ??= Resolver(_chosen)).Choose(SystemOf(dependent), dependency);

    private DependencyResolver Resolver(List<IndexEntry> entries)
    {
        List<IndexEntry> first = [];
        List<IndexEntry> more = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (IndexEntry entry in entries)
        {
            (names.Add(entry.Name.Text) ? first : more).Add(entry);
        }

        return new DependencyResolver(first, _edition, more);
    }

    /// <summary>The architecture on which a package's needs must be met.</summary>
    private Architecture SystemOf(IndexEntry? dependent) =>
        dependent is null || (dependent.Architecture == Architecture.NoArch && !_edition.NoArchNeedsNoArch)
            ? RecipeTarget.Machine
            : dependent.Architecture;

    /// <summary>
    /// Offers the newest earlier version that will do where none that is advertised will, so that a root can be composed again
    /// of what it was made of.
    /// </summary>
    private void OfferOlder(Dependency dependency)
    {
        if (dependency.Constraint is not { } constraint || _offer.Choose(RecipeTarget.Machine, dependency) is not null)
        {
            return;
        }

        IndexEntry? best = null;
        ComposeSource? from = null;
        foreach (ComposeSource source in _sources)
        {
            foreach (IndexEntry entry in source.Versions(dependency.Name.Text))
            {
                if (
                    constraint.IsSatisfiedBy(entry.Version)
                    && DependencyResolver.Suits(RecipeTarget.Machine, entry)
                    && (best is null || PackageVersion.Compare(entry.Version, best.Version) > 0)
                )
                {
                    (best, from) = (entry, source);
                }
            }
        }

        if (best is not null)
        {
            _offered.RemoveAll(entry => entry.Name == best.Name);
            _offered.Add(best);
            _sourceOf[best] = from!;
            _offer = Resolver(_offered);
        }
    }

    private void Satisfy(IndexEntry? dependent, Dependency dependency)
    {
        if (Provider(dependent, dependency) is not null)
        {
            return;
        }

        Architecture system = SystemOf(dependent);
        string who = dependent is null ? "you ask for " : $"{dependent.Name} {dependent.Version} needs ";
        if (_offer.Choose(system, dependency) is not { } entry)
        {
            string nearest = dependent is null
                ? NearestName.Suggestion(dependency.Name.Text, _offered.Select(static other => other.Name.Text))
                : "";
            _problems.Add(
                $"{who}{dependency}, but {_offer.WhyNot(dependent?.Architecture ?? system, system, dependency)}{nearest}"
            );
        }
        else if (_chosen.Find(other => other.Name == entry.Name) is { } other)
        {
            _problems.Add(
                $"{who}{dependency}, but {_reasons[other.Name.Text]}{other.Name} {other.Version}, and a root has one version"
            );
        }
        else
        {
            _chosen.Add(entry);
            _reasons.Add(entry.Name.Text, who);
            _present = null;
        }
    }

    private void RefuseExclusions()
    {
        for (int i = 0; i < _chosen.Count; i++)
        {
            for (int j = i + 1; j < _chosen.Count; j++)
            {
                if (MutualExclusion.Exclude(_chosen[i], _chosen[j]))
                {
                    _problems.Add(
                        $"{_reasons[_chosen[i].Name.Text]}{_chosen[i].Name} {_chosen[i].Version} and "
                            + $"{_reasons[_chosen[j].Name.Text]}{_chosen[j].Name} {_chosen[j].Version}, which exclude each other"
                    );
                }
            }
        }
    }
}
