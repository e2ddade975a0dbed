using System.Buffers.Binary;
using System.Collections.Concurrent;
using Peipkg.Build.Rules;
using Peipkg.Build.Scanning.Elf;
using Peipkg.Build.Staging;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>
/// Looks into the files of packages while they are hashed, which reads them anyway: only what begins like an ELF file or a
/// static archive is opened once more. What was found is reported when all packages are written, and before they get
/// their names.
/// </summary>
internal sealed class ContentScan
{
    private readonly BuildPaths _paths;
    private readonly ConcurrentBag<ScannedFile> _files = [];

    internal ContentScan(BuildPaths paths) => _paths = paths;

    /// <summary>The plan with files that are looked into when they are read for the first time.</summary>
    internal PackagePlan Watch(PackagePlan plan) =>
        plan with
        {
            Payload = [.. plan.Payload.Select(source => Watch(plan, source))],
        };

    /// <summary>Reports everything that was found, by package and path.</summary>
    /// <param name="plans">All packages that were written.</param>
    /// <param name="reporter">Where the findings go.</param>
    /// <param name="siblings">Whether the packages are all of a recipe, so that what is in none of them is elsewhere or nowhere.</param>
    internal void Report(IReadOnlyList<PackagePlan> plans, FindingReporter reporter, bool siblings)
    {
        ILookup<string, ScannedFile> files = _files.ToLookup(file => file.Package.Text, StringComparer.Ordinal);
        foreach (PackagePlan plan in plans)
        {
            // What is the same of many files, as the path of the build mostly is, is said once.
            foreach (
                IGrouping<ContentFault, string> fault in files[plan.Manifest.Name.Text]
                    .OrderBy(file => file.Path, PayloadPath.Order)
                    .SelectMany(file => Judge(file, plan.Manifest).Select(fault => (file.Path, Fault: fault)))
                    .GroupBy(pair => pair.Fault, pair => pair.Path)
            )
            {
                reporter.Report(
                    fault.Key.Rule,
                    $"package {plan.Manifest.Name}: {TerminalText.Escape(fault.Key.Of([.. fault]))}"
                );
            }

            foreach (PayloadSource source in plan.Payload)
            {
                if (source.Kind != PayloadKind.Directory && Cruft.Reason(source.Path) is { } reason)
                {
                    reporter.Report(
                        StageRules.Cruft,
                        $"package {plan.Manifest.Name}: {DisplayText.Quote(source.Path)}: {reason}; {Cruft.Removal(source.Path)}"
                    );
                }
            }
        }

        if (siblings)
        {
            LinkCheck.Report(plans, reporter);
            SonameCheck.Report(plans, files, reporter);
        }
    }

    private PayloadSource Watch(PackagePlan plan, PayloadSource source)
    {
        if (source.Kind != PayloadKind.File || source.Size == 0)
        {
            return source;
        }

        int opened = 0;
        return source with
        {
            Open = () =>
                Interlocked.Exchange(ref opened, 1) == 0
                    ? new ScanningStream(source.Open!(), _paths, stream => Add(plan.Manifest.Name, source, stream))
                    : source.Open!(),
        };
    }

    private void Add(PackageName package, PayloadSource source, ScanningStream stream)
    {
        ReadOnlySpan<byte> start = stream.Start;
        bool isElf = start.StartsWith(ElfReader.Magic);
        bool isArchive = start.StartsWith(StaticArchive.Magic);
        uint stamp =
            start.Length >= 8 && start[0] == 0x1f && start[1] == 0x8b && start[2] == 8
                ? BinaryPrimitives.ReadUInt32LittleEndian(start[4..])
                : 0;
        if (!isElf && !isArchive && stamp == 0 && !Array.Exists(stream.Found, found => found))
        {
            return;
        }

        using Stream? file = isElf || isArchive ? source.Open!() : null;
        StaticArchive? archive = isArchive ? StaticArchive.Read(file!) : null;
        _files.Add(
            new ScannedFile(
                package,
                source.Path,
                stream.Found,
                stamp,
                archive,
                isElf ? ElfReader.Read(file!) : archive?.Image
            )
        );
    }

    private IEnumerable<ContentFault> Judge(ScannedFile file, Manifest manifest)
    {
        string? runPath = file.Image?.RunPaths.FirstOrDefault(path =>
            Enumerable
                .Range(0, _paths.Count)
                .Any(i => (path + "/").StartsWith(_paths.Text(i) + "/", StringComparison.Ordinal))
        );
        if (runPath is not null)
        {
            yield return new(ContentRules.RunPath, "looks", "look", $"for libraries in {DisplayText.Quote(runPath)}");
        }

        for (int i = 0; i < _paths.Count; i++)
        {
            // The run path is such a path too, and has its own remedy.
            if (file.Found[i] && (runPath is null || !runPath.StartsWith(_paths.Text(i), StringComparison.Ordinal)))
            {
                yield return _paths.IsStaged(i)
                    ? new(ContentRules.StagePath, "holds", "hold", $"the path of $DESTDIR, {_paths.Text(i)}")
                    : new(ContentRules.BuildPath, "holds", "hold", $"a path of the build, {_paths.Text(i)}");
            }
        }

        if (file.GzipStamp > 0)
        {
            yield return new(
                ContentRules.GzipTimestamp,
                "carries",
                "carry",
                $"the time of compression, {Timestamp.FromUnixSeconds(file.GzipStamp)}"
            );
        }

        if (file.Archive?.Stamped is { } member)
        {
            yield return new(
                ContentRules.ArchiveTimestamp,
                "has",
                "have",
                $"a member, {DisplayText.Quote(member)}, that carries a time or an owner"
            );
        }

        if (file.Image is { Machine: not ElfImage.Bpf } image)
        {
            (string one, string many) = file.Archive is null ? ("is", "are") : ("holds", "hold");
            if (manifest.Architecture == Architecture.NoArch)
            {
                yield return new(ContentRules.NoArchElf, one, many, $"machine code for {image.MachineName}");
            }
            else if (image.MachineName != manifest.Architecture.Text)
            {
                yield return new(
                    ContentRules.ForeignElf,
                    one,
                    many,
                    $"machine code for {image.MachineName}, the package is for {manifest.Architecture}"
                );
            }
        }
    }
}

/// <summary>What of a file is worth telling.</summary>
/// <param name="Package">The package that holds it.</param>
/// <param name="Path">Its path.</param>
/// <param name="Found">Which build paths it holds.</param>
/// <param name="GzipStamp">The time in a gzip file's header; 0 for none.</param>
/// <param name="Archive">What it is as a static archive, or null.</param>
/// <param name="Image">What it is, or its members are, as an ELF file, or null.</param>
internal sealed record ScannedFile(
    PackageName Package,
    string Path,
    bool[] Found,
    uint GzipStamp,
    StaticArchive? Archive,
    ElfImage? Image
);
