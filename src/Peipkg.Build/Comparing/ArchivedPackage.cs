using System.Globalization;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Comparing;

/// <summary>A package file to compare. Only files whose content differs are unpacked, with numbers for names.</summary>
internal sealed class ArchivedPackage : ComparedPackage
{
    private readonly OpenedPackage _package;
    private readonly StagingArea _area;
    private readonly ToolContext _context;
    private readonly Dictionary<string, string> _unpacked = new(StringComparer.Ordinal);

    /// <param name="package">The package.</param>
    /// <param name="area">Where files are unpacked.</param>
    /// <param name="context">Shows progress and stops.</param>
    internal ArchivedPackage(OpenedPackage package, StagingArea area, ToolContext context)
    {
        _package = package;
        _area = area;
        _context = context;
        Dictionary<string, Sha256Digest> hashes = package.Content.Files.ToDictionary(
            entry => entry.Path,
            entry => entry.Hash,
            StringComparer.Ordinal
        );
        Entries = package.Content.Entries.ToDictionary(
            entry => entry.Path,
            entry => new ComparedEntry(
                entry.Path,
                entry.Kind,
                entry.Size,
                hashes.TryGetValue(entry.Path, out Sha256Digest hash) ? hash : null,
                entry.LinkTarget
            ),
            StringComparer.Ordinal
        );
    }

    internal override string Label => _package.File;

    internal override Manifest Manifest => _package.Manifest;

    internal override IReadOnlyDictionary<string, ComparedEntry> Entries { get; }

    internal override void Prepare(IReadOnlyCollection<string> paths)
    {
        if (paths.Count == 0)
        {
            return;
        }

        string directory = _area.MakeDirectory(
            string.Create(CultureInfo.InvariantCulture, $"unpacked-{Guid.NewGuid():N}")
        );
        foreach (string path in paths)
        {
            _unpacked[path] = Path.Combine(directory, _unpacked.Count.ToString(CultureInfo.InvariantCulture));
        }

        _package.Unpack(new Receiver(_unpacked), _context);
    }

    internal override Stream Open(string path) => File.OpenRead(_unpacked[path]);

    private sealed class Receiver(Dictionary<string, string> wanted) : IPayloadReceiver
    {
        public void Take(PackageEntry entry) { }

        public Stream? Open(FilesEntry file) =>
            wanted.TryGetValue(file.Path, out string? target) ? File.Create(target) : null;
    }
}
