using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Publishing;

/// <summary>A build whose packages wait to be published.</summary>
/// <param name="Id">Its id; a higher one was queued later.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Packages">What it would publish.</param>
internal sealed record WaitingBuild(long Id, string Name, IReadOnlyList<IndexEntry> Packages)
{
    /// <summary>Whether it may go out now; otherwise it is only known that it will.</summary>
    public bool IsCandidate { get; init; } = true;

    /// <summary>Whether it goes out whatever it breaks.</summary>
    public bool IsReleased { get; init; }

    /// <summary>What it was found to wait for before, as <see cref="MissingNeed.Name"/>.</summary>
    public IReadOnlySet<string> WaitedFor { get; init; } = new HashSet<string>();
}

/// <summary>A need that would be met no more, or not yet.</summary>
/// <param name="Package">Who has it: a published package, or one that waits itself.</param>
/// <param name="Name">What it depends on, with the constraint.</param>
internal sealed record MissingNeed(string Package, string Name)
{
    /// <summary>Where the package itself waits: the build that brings what it needs; null where none does any more.</summary>
    public string? Bringer { get; init; }

    /// <summary>Whether the package waits itself.</summary>
    public bool IsOwn { get; init; }
}

/// <summary>
/// Which of the builds that wait go out in the next generation: as many as possible, so that no need that is met today is
/// not met then. Pure. A need that nothing has met so far prevents nothing: what meets it may be in another repository.
/// </summary>
internal sealed class GenerationChoice
{
    private readonly IReadOnlyList<IndexEntry> _active;
    private readonly IReadOnlyList<WaitingBuild> _waiting;
    private readonly Edition _edition;
    private readonly DependencyResolver _before;
    private readonly DependencyResolver _ever;
    private readonly Dictionary<long, List<MissingNeed>> _kept = [];

    private GenerationChoice(IReadOnlyList<IndexEntry> active, Edition edition, IReadOnlyList<WaitingBuild> waiting)
    {
        _active = active;
        _waiting = waiting;
        _edition = edition;
        _before = new DependencyResolver(active, edition);
        _ever = new DependencyResolver(active, edition, [.. waiting.SelectMany(build => build.Packages)]);
        Together = [.. waiting.Where(build => build.IsCandidate)];
        while (Faults() is { Count: > 0 } faults)
        {
            foreach ((WaitingBuild build, MissingNeed need) in faults)
            {
                if (!_kept.TryGetValue(build.Id, out List<MissingNeed>? needs))
                {
                    _kept.Add(build.Id, needs = []);
                }

                if (!needs.Contains(need))
                {
                    needs.Add(need);
                }
            }

            Together = [.. Together.Where(build => !_kept.ContainsKey(build.Id))];
        }
    }

    /// <summary>What goes out, in one generation.</summary>
    public IReadOnlyList<WaitingBuild> Together { get; private set; }

    /// <summary>Chooses.</summary>
    /// <param name="active">What is advertised now, one of each name.</param>
    /// <param name="edition">Of the repository.</param>
    /// <param name="waiting">What waits.</param>
    public static GenerationChoice Make(
        IReadOnlyList<IndexEntry> active,
        Edition edition,
        IReadOnlyList<WaitingBuild> waiting
    ) => new(active, edition, waiting);

    /// <summary>Why a build stays; empty for one that goes out.</summary>
    public IReadOnlyList<MissingNeed> WhyNot(long build) => _kept.GetValueOrDefault(build, []);

    // Everything that the generation would suffer from, each with the build that must stay because of it.
    private List<(WaitingBuild Build, MissingNeed Need)> Faults()
    {
        Dictionary<PackageName, WaitingBuild> makers = [];
        foreach (
            (WaitingBuild build, IndexEntry entry) in Together
                .SelectMany(build => build.Packages.Select(entry => (build, entry)))
                .OrderBy(
                    pair => pair.entry.Version,
                    Comparer<PackageVersion>.Create((one, other) => PackageVersion.Compare(one, other))
                )
        )
        {
            makers[entry.Name] = build;
        }

        IndexEntry[] after =
        [
            .. PublishedPackages.Highest(_active.Concat(Together.SelectMany(build => build.Packages))),
        ];
        DependencyResolver resolver = new(after, _edition);
        HashSet<IndexEntry> published = new(_active, ReferenceEqualityComparer.Instance);
        List<(WaitingBuild, MissingNeed)> faults = [];
        foreach (IndexEntry entry in after)
        {
            WaitingBuild? own = published.Contains(entry) ? null : makers[entry.Name];
            foreach (Dependency dependency in entry.Dependencies)
            {
                foreach (Architecture system in resolver.SystemsOf(entry))
                {
                    if (
                        resolver.Choose(system, dependency) is null
                        && Blame(entry, own, system, dependency) is { } fault
                    )
                    {
                        faults.Add(fault);
                    }
                }
            }
        }

        return faults;

        (WaitingBuild, MissingNeed)? Blame(
            IndexEntry entry,
            WaitingBuild? own,
            Architecture system,
            Dependency dependency
        )
        {
            MissingNeed need = new(entry.Name.Text, $"{dependency.Name} {dependency.Constraint?.Text}".TrimEnd())
            {
                IsOwn = own is not null,
            };

            // What meets the need today makes way for another version, and whose that is must wait for the package.
            if (_before.Choose(system, dependency) is { } provider)
            {
                WaitingBuild successor = makers[provider.Name];
                return successor.IsReleased ? null : (successor, need with { IsOwn = successor == own });
            }

            // A new package may need what waits as well.
            if (own is null || own.IsReleased)
            {
                return null;
            }

            string? bringer = _ever.Choose(system, dependency) is { } other
                ? _waiting.First(build => build.Packages.Contains(other, ReferenceEqualityComparer.Instance)).Name
                : null;
            return bringer is not null || own.WaitedFor.Contains(need.Name)
                ? (own, need with { Bringer = bringer })
                : null;
        }
    }
}
