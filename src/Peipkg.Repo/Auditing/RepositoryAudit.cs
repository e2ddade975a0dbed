using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Site;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Auditing;

/// <summary>
/// Judges a repository as a whole: what the advertised packages are to each other, which no check of a single package
/// sees.
/// </summary>
internal sealed class RepositoryAudit
{
    private readonly IndexEntry[] _entries;
    private readonly PackageContent?[] _contents;
    private readonly Keyring _keys;
    private readonly DependencyResolver _resolver;
    private readonly List<AuditFinding> _findings = [];

    private RepositoryAudit(
        IndexEntry[] entries,
        Edition edition,
        PackageContent?[] contents,
        Keyring keys,
        IReadOnlyList<IndexEntry> below
    )
    {
        _entries = entries;
        _contents = contents;
        _keys = keys;
        _resolver = new DependencyResolver(entries, edition, below);
    }

    /// <summary>Audits.</summary>
    /// <param name="active">The advertised packages.</param>
    /// <param name="edition">Their edition.</param>
    /// <param name="keys">The repository's keys.</param>
    /// <param name="contentOf">Looks into a package, from several threads; null when it cannot be looked into.</param>
    /// <param name="below">What the repositories below advertise, which consumers have besides.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>The findings in the rules' order, then by name.</returns>
    internal static IReadOnlyList<AuditFinding> Run(
        IReadOnlyList<IndexRow> active,
        Edition edition,
        Keyring keys,
        Func<IndexRow, PackageContent?> contentOf,
        IReadOnlyList<IndexEntry> below,
        CancellationToken stop
    )
    {
        PackageContent?[] contents = new PackageContent?[active.Count];
        Workers.ForEach([.. Enumerable.Range(0, active.Count)], i => contents[i] = contentOf(active[i]), stop);
        RepositoryAudit audit = new([.. active.Select(static row => row.Entry)], edition, contents, keys, below);
        audit.CheckDependencies();
        audit.CheckCycles();
        audit._findings.AddRange(SharedPaths.Find(audit._entries, contents, stop));
        audit.CheckProvides();
        audit.CheckEachPackage();
        return
        [
            .. audit
                ._findings.OrderBy(static finding =>
                    AuditRule.All.Index().First(rule => rule.Item == finding.Rule).Index
                )
                .ThenBy(static finding => finding.Packages[0], StringComparer.Ordinal),
        ];
    }

    private void CheckDependencies()
    {
        foreach (IndexEntry entry in _entries)
        {
            Check(entry, entry.Dependencies, AuditRule.UnsatisfiedDependency, "needs");
            Check(entry, entry.OptionalDependencies, AuditRule.UnsatisfiedSuggestion, "suggests");
        }

        void Check(IndexEntry entry, IReadOnlyList<Dependency> dependencies, AuditRule rule, string verb)
        {
            foreach (Dependency dependency in dependencies)
            {
                IReadOnlyList<Architecture> systems = _resolver.SystemsOf(entry);
                Architecture[] lacking = [.. systems.Where(system => _resolver.Choose(system, dependency) is null)];
                string text = $"{dependency.Name} {dependency.Constraint?.Text}".TrimEnd();
                if (lacking.Length > 0)
                {
                    string where =
                        lacking.Length == systems.Count
                            ? ""
                            : $" on {string.Join(" and ", lacking.Select(static system => system.Text))}";
                    string reason = _resolver.WhyNot(entry.Architecture, lacking[0], dependency);
                    _findings.Add(
                        AuditFinding.Of(
                            rule,
                            entry.Name.Text,
                            $"{entry.Version} {verb} {text}{where}, but {reason}",
                            text + where
                        ) with
                        {
                            Missing = new MissingName(
                                dependency.Name.Text,
                                $"{entry.Name} {entry.Version} {verb} {text}{where}",
                                reason
                            ),
                        }
                    );
                }

                foreach (ClaimSlot slot in lacking.Length > 0 ? [] : dependency.Extras?.Claims.Slots ?? [])
                {
                    if (!systems.All(system => _resolver.Fills(system, dependency, slot.Slot)))
                    {
                        _findings.Add(
                            AuditFinding.Of(
                                AuditRule.UnfilledClaim,
                                entry.Name.Text,
                                $"{entry.Version} {verb} {text} and claims its slot {slot.Slot} for {slot.Path}, but "
                                    + $"{_resolver.Choose(systems[0], dependency)!.Name} does not fill it",
                                $"{text} {slot.Slot}"
                            )
                        );
                    }
                }
            }
        }
    }

    private void CheckCycles()
    {
        Dictionary<PackageName, int> numbers = _entries
            .Index()
            .ToDictionary(static pair => pair.Item.Name, static pair => pair.Index);
        IReadOnlyList<int>[] edges =
        [
            .. _entries.Select(entry =>
                (IReadOnlyList<int>)
                    [
                        .. entry
                            .Dependencies.Where(dependency => !Fulfils(entry, dependency))
                            .SelectMany(dependency =>
                                _resolver.SystemsOf(entry).Select(system => _resolver.Choose(system, dependency))
                            )
                            .OfType<IndexEntry>()
                            .Select(target => numbers.GetValueOrDefault(target.Name, -1))
                            .Where(number => number >= 0)
                            .Distinct(),
                    ]
            ),
        ];
        foreach ((IReadOnlyList<int> component, IReadOnlyList<int> circle) in DependencyCycles.Find(edges))
        {
            string[] names = [.. component.Select(node => _entries[node].Name.Text)];
            string way = string.Join(" -> ", circle.Append(circle[0]).Select(node => _entries[node].Name.Text));
            string more = component.Count > circle.Count ? $" (one circle among {component.Count} packages)" : "";
            _findings.Add(
                new AuditFinding(
                    AuditRule.DependencyCycle,
                    names,
                    $"each of these needs the next: {way}{more}",
                    [$"{AuditRule.DependencyCycle.Id} {string.Join(' ', names)}"]
                )
            );
        }
    }

    /// <summary>Whether a package brings along what it needs, under another name than its own.</summary>
    private static bool Fulfils(IndexEntry entry, Dependency dependency) =>
        entry.Provides.Any(provide =>
            provide.Name == dependency.Name && DependencyResolver.Satisfies(dependency.Constraint, provide.Version)
        );

    private void CheckProvides()
    {
        foreach (IndexEntry entry in _entries)
        {
            foreach (Provide provide in entry.Provides)
            {
                if (
                    _resolver.Find(provide.Name.Text) is { } real
                    && real != entry
                    && !MutualExclusion.Exclude(entry, real)
                )
                {
                    _findings.Add(
                        AuditFinding.Of(
                            AuditRule.ShadowedPackage,
                            entry.Name.Text,
                            $"{entry.Version} provides {provide.Name}, which is a package of its own ({real.Version})",
                            real.Name.Text
                        )
                    );
                }
            }
        }
    }

    private void CheckEachPackage()
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            IndexEntry entry = _entries[i];
            string name = entry.Name.Text;
            if (entry.Version is { IsPreRelease: true, IsLetterRelease: false })
            {
                _findings.Add(
                    AuditFinding.Of(
                        AuditRule.PreReleaseNewest,
                        name,
                        $"the advertised version, {entry.Version}, is a pre-release",
                        ""
                    )
                );
            }

            if (entry.ProducerFault is { } fault)
            {
                _findings.Add(
                    AuditFinding.Of(AuditRule.ProducerRule, name, $"{entry.Version}: {fault.Detail}", fault.Rule)
                );
            }

            foreach (RebuildNote note in _contents[i]?.Siblings.Rebuilds ?? [])
            {
                if (note.Verdict == RebuildVerdict.Text(RebuildOutcome.Different))
                {
                    _findings.Add(
                        AuditFinding.Of(
                            AuditRule.RebuildDifferent,
                            name,
                            $"{entry.Version} came out differently where {note.Key} built it again",
                            note.Key
                        )
                    );
                }
            }

            if (_contents[i] is not { } content)
            {
                _findings.Add(
                    AuditFinding.Of(
                        AuditRule.ContentUnknown,
                        name,
                        $"{entry.Version} is not here, so its files and its signer are unknown",
                        ""
                    )
                );
            }
            else if (content.Signer is null)
            {
                _findings.Add(AuditFinding.Of(AuditRule.UnsignedPackage, name, $"{entry.Version} is not signed", ""));
            }
            else if (
                !Fingerprint.TryParse(content.Signer, out Fingerprint signer, out _)
                || _keys.StatusOf(signer) is not KeyStatus.Active
            )
            {
                string status = _keys.StatusOf(signer) switch
                {
                    KeyStatus.Transitioning => "is in transition",
                    KeyStatus.Revoked => "is revoked",
                    _ => "is not listed in repo.json",
                };
                _findings.Add(
                    AuditFinding.Of(
                        AuditRule.SignerNotActive,
                        name,
                        $"{entry.Version} is signed by {content.Signer}, which {status}",
                        content.Signer
                    )
                );
            }
        }
    }
}
