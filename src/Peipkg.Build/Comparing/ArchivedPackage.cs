using System.Globalization;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Comparing;

/// <summary>A package file that is compared. Only the files whose content differs are unpacked, under numbers for names.</summary>
internal sealed class ArchivedPackage : ComparedPackage
{
    private readonly string _file;
    private readonly VerifiedPackage _package;
    private readonly StagingArea _area;
    private readonly ToolContext _context;
    private readonly Dictionary<string, string> _unpacked = new(StringComparer.Ordinal);

    /// <param name="label">How it is called in reports.</param>
    /// <param name="file">The file.</param>
    /// <param name="package">What was read from it.</param>
    /// <param name="area">Where files are unpacked.</param>
    /// <param name="context">The world.</param>
    internal ArchivedPackage(string label, string file, VerifiedPackage package, StagingArea area, ToolContext context)
    {
        Label = label;
        _file = file;
        _package = package;
        _area = area;
        _context = context;
        Dictionary<string, Sha256Digest> hashes = package.Files.ToDictionary(
            entry => entry.Path,
            entry => entry.Hash,
            StringComparer.Ordinal
        );
        Entries = package.Entries.ToDictionary(
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

    internal override string Label { get; }

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

        PackageFile.Unpack(_file, _package, new Receiver(_unpacked), _context);
    }

    internal override Stream Open(string path) => File.OpenRead(_unpacked[path]);

    private sealed class Receiver(Dictionary<string, string> wanted) : IPayloadReceiver
    {
        public void Take(PackageEntry entry) { }

        public Stream? Open(FilesEntry file) =>
            wanted.TryGetValue(file.Path, out string? target) ? File.Create(target) : null;
    }
}
