using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>Which advertised packages satisfy a dependency (§4.2): by name or provides, constraint and architecture.</summary>
public sealed class DependencyResolver
{
    private readonly Dictionary<string, IndexEntry> _byName;
    private readonly ILookup<string, IndexEntry> _below;
    private readonly ILookup<string, (IndexEntry Entry, Provide Provide)> _byProvide;
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
        _below = below.ToLookup(static entry => entry.Name.Text, StringComparer.Ordinal);
        _byProvide = active
            .Concat(below)
            .SelectMany(static entry => entry.Provides.Select(provide => (Entry: entry, Provide: provide)))
            .ToLookup(static pair => pair.Provide.Name.Text, StringComparer.Ordinal);
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
        Provide provide = candidate.Provides.First(other => other.Name.Text == dependency.Name.Text);
        return provide.Version is { } version ? $"{provide.Name} {version}" : provide.Name.Text;
    }

    private IEnumerable<(IndexEntry Entry, bool Satisfies)> Candidates(Dependency dependency)
    {
        if (_byName.TryGetValue(dependency.Name.Text, out IndexEntry? named))
        {
            yield return (named, dependency.Constraint?.IsSatisfiedBy(named.Version) ?? true);
        }

        foreach (IndexEntry entry in _below[dependency.Name.Text])
        {
            yield return (entry, dependency.Constraint?.IsSatisfiedBy(entry.Version) ?? true);
        }

        foreach ((IndexEntry entry, Provide provide) in _byProvide[dependency.Name.Text])
        {
            yield return (entry, Satisfies(dependency.Constraint, provide.Version));
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

    private static bool Suits(Architecture system, IndexEntry candidate) =>
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
