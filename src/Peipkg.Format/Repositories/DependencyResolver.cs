using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>Which advertised packages satisfy a dependency (§4.2): by name or provides, constraint and architecture.</summary>
public sealed class DependencyResolver
{
    private readonly Dictionary<string, IndexEntry> _byName;
    private readonly Dictionary<string, List<IndexEntry>> _below = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<IndexEntry>> _byProvide = new(StringComparer.Ordinal);
    private readonly Architecture[] _systems;

    /// <summary>Takes the packages in.</summary>
    /// <param name="active">The advertised packages, one of each name.</param>
    /// <param name="edition">Their edition.</param>
    /// <param name="below">What the repositories below advertise, which consumers have besides.</param>
    public DependencyResolver(
        IReadOnlyList<IndexEntry> active,
        Edition edition,
        IReadOnlyList<IndexEntry>? below = null
    )
    {
        below ??= [];
        Architecture[] machines =
        [
            .. active
                .Select(static entry => entry.Architecture)
                .Where(static architecture => architecture != Architecture.NoArch)
                .Distinct()
                .OrderBy(static architecture => architecture.Text, StringComparer.Ordinal),
        ];
        _systems = edition.NoArchNeedsNoArch || machines.Length == 0 ? [Architecture.NoArch] : machines;
        _byName = active.ToDictionary(static entry => entry.Name.Text, StringComparer.Ordinal);
        foreach (IndexEntry entry in below)
        {
            Add(_below, entry.Name.Text, entry);
        }

        foreach (IReadOnlyList<IndexEntry> entries in (IReadOnlyList<IndexEntry>[])[active, below])
        {
            foreach (IndexEntry entry in entries)
            {
                foreach (Provide provide in entry.Provides)
                {
                    Add(_byProvide, provide.Name.Text, entry);
                }
            }
        }
    }

    private static void Add(Dictionary<string, List<IndexEntry>> lists, string name, IndexEntry entry)
    {
        if (!lists.TryGetValue(name, out List<IndexEntry>? list))
        {
            lists.Add(name, list = []);
        }

        list.Add(entry);
    }

    /// <summary>The package of a name that the repository itself advertises.</summary>
    public IndexEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>
    /// The architectures on which a package's needs must be met: its own, or for one of none, in the editions that say so,
    /// each that the repository has packages for.
    /// </summary>
    public IReadOnlyList<Architecture> SystemsOf(IndexEntry dependent) =>
        dependent.Architecture == Architecture.NoArch ? _systems : [dependent.Architecture];

    /// <summary>
    /// The candidate a package manager would take: for the system's architecture rather than <c>noarch</c>, called so
    /// rather than providing it, of the highest version.
    /// </summary>
    /// <returns>Null when nothing satisfies the dependency.</returns>
    public IndexEntry? Choose(Architecture system, Dependency dependency)
    {
        IndexEntry? best = null;
        foreach ((IndexEntry candidate, bool satisfies) in Candidates(dependency))
        {
            if (
                satisfies
                && Suits(system, candidate)
                && (best is null || IsBetter(candidate, best, system, dependency))
            )
            {
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Whether a package that satisfies a dependency fills a slot of it (PSPU 5.23).</summary>
    /// <param name="system">The architecture of the system.</param>
    /// <param name="dependency">The dependency.</param>
    /// <param name="slot">The slot that it claims.</param>
    public bool Fills(Architecture system, Dependency dependency, PackageName slot) =>
        Candidates(dependency)
            .Any(candidate =>
                candidate.Satisfies
                && Suits(system, candidate.Entry)
                && candidate.Entry.Provides.Any(provide =>
                    provide.Name == dependency.Name
                    && provide.Extras?.Claims.Slots.Any(filled => filled.Slot == slot) == true
                )
            );

    /// <summary>Why nothing satisfies a dependency, for people.</summary>
    /// <param name="dependent">What the depending package is built for.</param>
    /// <param name="system">The architecture on which it is not satisfied.</param>
    /// <param name="dependency">The dependency.</param>
    public string WhyNot(Architecture dependent, Architecture system, Dependency dependency)
    {
        List<string> reasons = [];
        foreach ((IndexEntry candidate, bool satisfies) in Candidates(dependency))
        {
            string who =
                candidate.Name.Text == dependency.Name.Text
                    ? $"{candidate.Name} {candidate.Version}"
                    : $"{candidate.Name} {candidate.Version}, which provides {Provided(candidate, dependency)},";
            reasons.Add(
                satisfies
                    ? $"{who} is built for {candidate.Architecture}, and a package for {dependent} needs "
                        + (system == Architecture.NoArch ? "noarch (§4.1.3)" : $"{system} or noarch")
                    : $"{who} does not satisfy it"
            );
        }

        return reasons.Count == 0 ? "nothing has or provides that name" : string.Join("; ", reasons);
    }

    private static string Provided(IndexEntry candidate, Dependency dependency)
    {
        Provide provide = ProvideOf(candidate, dependency);
        return provide.Version is { } version ? $"{provide.Name} {version}" : provide.Name.Text;
    }

    // A package provides a name once.
    private static Provide ProvideOf(IndexEntry entry, Dependency dependency)
    {
        foreach (Provide provide in entry.Provides)
        {
            if (provide.Name.Text == dependency.Name.Text)
            {
                return provide;
            }
        }

        return default;
    }

    private IEnumerable<(IndexEntry Entry, bool Satisfies)> Candidates(Dependency dependency)
    {
        string name = dependency.Name.Text;
        if (_byName.TryGetValue(name, out IndexEntry? named))
        {
            yield return (named, dependency.Constraint?.IsSatisfiedBy(named.Version) ?? true);
        }

        foreach (IndexEntry entry in _below.GetValueOrDefault(name, []))
        {
            yield return (entry, dependency.Constraint?.IsSatisfiedBy(entry.Version) ?? true);
        }

        foreach (IndexEntry entry in _byProvide.GetValueOrDefault(name, []))
        {
            yield return (entry, Satisfies(dependency.Constraint, ProvideOf(entry, dependency).Version));
        }
    }

    /// <summary>Whether a provided version satisfies a constraint; without a version it provides any (§4.1.4).</summary>
    public static bool Satisfies(VersionConstraint? constraint, VersionOperand? provided)
    {
        if (constraint is not { } condition || provided is not { } version)
        {
            return true;
        }

        if (version.Revision is not null && PackageVersion.TryParse(version.Text, out PackageVersion full, out _))
        {
            return condition.IsSatisfiedBy(full);
        }

        // Where either side leaves the revision out, only epoch and upstream are compared (§2.2.8).
        PackageVersion any = PackageVersion.Parse($"{version.Epoch}:{version.Upstream}-1");
        return condition.Terms.All(term =>
            new ConstraintTerm(term.Operator, WithoutRevision(term.Operand)).IsSatisfiedBy(any)
        );
    }

    private static VersionOperand WithoutRevision(VersionOperand operand) =>
        operand.Revision is null ? operand : VersionOperand.Parse(operand.Text[..operand.Text.LastIndexOf('-')]);

    /// <summary>Whether a package can be installed on a system: it is for its architecture, or for any.</summary>
    /// <param name="system">The architecture of the system.</param>
    /// <param name="candidate">The package.</param>
    public static bool Suits(Architecture system, IndexEntry candidate) =>
        candidate.Architecture == system || candidate.Architecture == Architecture.NoArch;

    private static bool IsBetter(IndexEntry candidate, IndexEntry best, Architecture system, Dependency dependency)
    {
        int order = (candidate.Architecture == system).CompareTo(best.Architecture == system);
        order =
            order != 0
                ? order
                : (candidate.Name.Text == dependency.Name.Text).CompareTo(best.Name.Text == dependency.Name.Text);
        return (order != 0 ? order : PackageVersion.Compare(candidate.Version, best.Version)) > 0;
    }
}
