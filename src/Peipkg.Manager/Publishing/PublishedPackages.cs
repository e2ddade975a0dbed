using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Recipes;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Publishing;

/// <summary>A published package.</summary>
internal sealed record PublishedVersion(PackageVersion Version, Sha256Digest Hash);

/// <summary>What the archive index of <c>state_dir/repo</c> names: every version ever published (§6.3).</summary>
/// <param name="generation">Its index_version; 0 when nothing was ever published.</param>
/// <param name="generatedAt">Its generated_at.</param>
/// <param name="packages">Its entries.</param>
internal sealed class PublishedPackages(
    ulong generation,
    Timestamp generatedAt,
    IReadOnlyList<(PackageName Name, Architecture Architecture, PublishedVersion Package)> packages
)
{
    private readonly Dictionary<(PackageName Name, Architecture Architecture), List<PublishedVersion>> _packages =
        Group(packages);
    private readonly Dictionary<PackageName, List<Architecture>> _architectures = packages
        .Select(p => (p.Name, p.Architecture))
        .Distinct()
        .GroupBy(p => p.Name, p => p.Architecture)
        .ToDictionary(g => g.Key, g => g.ToList());

    /// <summary>A repository that has published nothing.</summary>
    public static PublishedPackages None { get; } = new(0, default, []);

    public ulong Generation => generation;

    /// <summary>How many packages it names.</summary>
    public int Count => packages.Count;

    /// <summary>What the highest version of each name provides and needs.</summary>
    public IReadOnlyDictionary<string, PackageRelations> Relations { get; private init; } =
        new Dictionary<string, PackageRelations>();

    /// <summary>
    /// The highest version of each name that is offered: what the active index names, with what it provides and needs and
    /// nothing else.
    /// </summary>
    public IReadOnlyList<IndexEntry> Active { get; private init; } = [];

    /// <summary>Their bytes.</summary>
    public long Size { get; private init; }

    /// <summary>The next generation's time may not be earlier (§6.2).</summary>
    public Timestamp GeneratedAt => generatedAt;

    /// <summary>
    /// The published package of this name and architecture whose version is this one or compares equal to it: the
    /// repository takes only one of the spellings.
    /// </summary>
    public PublishedVersion? Find(PackageName name, PackageVersion version, Architecture architecture)
    {
        foreach (PublishedVersion package in _packages.GetValueOrDefault((name, architecture), []))
        {
            if (PackageVersion.Compare(package.Version, version) == 0)
            {
                return package;
            }
        }

        return null;
    }

    /// <summary>Whether everything that a version of a recipe consists of is published.</summary>
    public bool HasAll(IReadOnlyList<RecipeOutput> outputs, PackageVersion version) =>
        outputs.All(output => Find(output.Name, version, output.Architecture) is not null);

    /// <summary>Every published version of a name and architecture.</summary>
    public IEnumerable<PackageVersion> VersionsOf(PackageName name, Architecture architecture) =>
        _packages.GetValueOrDefault((name, architecture), []).Select(package => package.Version);

    /// <summary>
    /// The architecture under which the same version of this name is published and stands in the way: the highest
    /// version of a name can exist for one architecture only (SPEC §6).
    /// </summary>
    public Architecture? Rival(PackageName name, PackageVersion version, Architecture architecture)
    {
        Architecture? rival = null;
        foreach (Architecture other in _architectures.GetValueOrDefault(name, []))
        {
            foreach (PublishedVersion package in _packages[(name, other)])
            {
                int order = PackageVersion.Compare(package.Version, version);
                if (order > 0)
                {
                    return null;
                }

                if (order == 0 && other != architecture)
                {
                    rival = other;
                }
            }
        }

        return rival;
    }

    /// <summary>True when a lower revision of the same upstream version is published under this name.</summary>
    public bool HasLowerRevision(PackageName name, PackageVersion version, Architecture architecture) =>
        _packages
            .GetValueOrDefault((name, architecture), [])
            .Exists(package =>
                package.Version.Epoch == version.Epoch
                && package.Version.Revision < version.Revision
                && package.Version.Upstream == version.Upstream
            );

    /// <summary>The content of an archive index.</summary>
    public static PublishedPackages From(RepositoryIndex archive) =>
        new(
            archive.IndexVersion,
            archive.GeneratedAt,
            [.. archive.Packages.Select(e => (e.Name, e.Architecture, new PublishedVersion(e.Version, e.Hash)))]
        )
        {
            Size = archive.Packages.Sum(e => e.SizeCompressed),
            Relations = RelationsOf(archive),
            Active =
            [
                .. Highest(archive.Packages.Where(entry => entry.Withdrawn is null))
                    .Select(entry => new IndexEntry
                    {
                        Name = entry.Name,
                        Version = entry.Version,
                        Architecture = entry.Architecture,
                        Dependencies = entry.Dependencies,
                        Provides = entry.Provides,
                        SizeCompressed = entry.SizeCompressed,
                        SizeInstalled = entry.SizeInstalled,
                        Hash = entry.Hash,
                        Url = entry.Url,
                    }),
            ],
        };

    /// <summary>The highest version of each name; of equal ones the first.</summary>
    public static IEnumerable<IndexEntry> Highest(IEnumerable<IndexEntry> packages)
    {
        Dictionary<PackageName, IndexEntry> highest = [];
        foreach (IndexEntry entry in packages)
        {
            if (
                !highest.TryGetValue(entry.Name, out IndexEntry? known)
                || PackageVersion.Compare(known.Version, entry.Version) < 0
            )
            {
                highest[entry.Name] = entry;
            }
        }

        return highest.Values;
    }

    private static Dictionary<string, PackageRelations> RelationsOf(RepositoryIndex archive) =>
        Highest(archive.Packages)
            .Where(entry => entry.Provides.Count + entry.Dependencies.Count > 0)
            .ToDictionary(
                entry => entry.Name.Text,
                entry => new PackageRelations(
                    entry.Name.Text,
                    [.. entry.Provides.Select(provide => provide.Name.Text)],
                    [.. entry.Dependencies.Select(dependency => dependency.Name.Text)]
                ),
                StringComparer.Ordinal
            );

    private static Dictionary<(PackageName Name, Architecture Architecture), List<PublishedVersion>> Group(
        IEnumerable<(PackageName Name, Architecture Architecture, PublishedVersion Package)> packages
    )
    {
        Dictionary<(PackageName, Architecture), List<PublishedVersion>> groups = [];
        foreach ((PackageName name, Architecture architecture, PublishedVersion package) in packages)
        {
            if (!groups.TryGetValue((name, architecture), out List<PublishedVersion>? versions))
            {
                groups.Add((name, architecture), versions = []);
            }

            versions.Add(package);
        }

        return groups;
    }
}
