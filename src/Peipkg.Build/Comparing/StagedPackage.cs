using Peipkg.Build.Staging;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Comparing;

/// <summary>What a build has staged, as a package to compare.</summary>
internal sealed class StagedPackage : ComparedPackage
{
    private readonly Dictionary<string, PayloadSource> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ComparedEntry> _entries = new(StringComparer.Ordinal);

    internal StagedPackage(string label, PackagePlan plan, BuildPaths paths, CancellationToken cancellation)
    {
        BuildPaths = paths;
        Label = label;
        Manifest = plan.Manifest with
        {
            SizeInstalled = plan.Payload.Where(source => source.Kind == PayloadKind.File).Sum(source => source.Size),
        };
        foreach (PayloadSource source in plan.Payload)
        {
            cancellation.ThrowIfCancellationRequested();
            _sources[source.Path] = source;
            _entries[source.Path] = new ComparedEntry(
                source.Path,
                source.Kind,
                source.Size,
                source.Kind == PayloadKind.File ? Hash(source) : null,
                source.LinkTarget
            );
            AddAncestors(source.Path);
        }
    }

    internal override string Label { get; }

    internal override Manifest Manifest { get; }

    internal override IReadOnlyDictionary<string, ComparedEntry> Entries => _entries;

    internal override BuildPaths? BuildPaths { get; }

    internal override Stream Open(string path) => _sources[path].Open!();

    private void AddAncestors(string path)
    {
        int slash;
        while ((slash = path.LastIndexOf('/')) > 0 && !_entries.ContainsKey(path[..slash]))
        {
            path = path[..slash];
            _entries[path] = new ComparedEntry(path, PayloadKind.Directory, 0, null, null);
        }
    }

    private static Sha256Digest Hash(PayloadSource source)
    {
        using Stream content = source.Open!();
        return Sha256Digest.Of(content);
    }
}
