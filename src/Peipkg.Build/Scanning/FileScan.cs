using System.Buffers.Binary;
using Peipkg.Build.Elf;
using Peipkg.Build.Staging;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Scanning;

/// <summary>What of a file is worth judging.</summary>
/// <param name="Package">The package that holds it.</param>
/// <param name="Path">Its path.</param>
/// <param name="Found">Which build paths it holds.</param>
/// <param name="GzipStamp">The time in a gzip file's header; 0 for none.</param>
/// <param name="SourceStamp">The time of the source in Python byte code; null where it is none, or goes by a hash.</param>
/// <param name="IsLfsPointer">Whether it is a Git LFS pointer.</param>
/// <param name="Archive">What it is as a static archive, or null.</param>
/// <param name="Image">What it is, or its members are, as an ELF file, or null.</param>
/// <param name="HasDebug">Whether it, or one of its members, holds debug information.</param>
internal sealed record ScannedFile(
    PackagePlan Package,
    string Path,
    bool[] Found,
    uint GzipStamp,
    uint? SourceStamp,
    bool IsLfsPointer,
    StaticArchive? Archive,
    ElfImage? Image,
    bool HasDebug
);

/// <summary>Looks into one file while it is read.</summary>
/// <param name="package">The package that holds it.</param>
/// <param name="file">The file.</param>
/// <param name="paths">The paths of the build, which it should not hold.</param>
/// <param name="add">Takes the file, when it has ended, if there is anything to judge.</param>
internal sealed class FileScan(PackagePlan package, PayloadSource file, BuildPaths paths, Action<ScannedFile> add)
    : IContentObserver
{
    private readonly PathSearch _search = new(paths);
    private readonly byte[] _start = new byte[64];
    private int _startLength;

    public void Take(ReadOnlySpan<byte> piece)
    {
        int count = Math.Min(piece.Length, _start.Length - _startLength);
        piece[..count].CopyTo(_start.AsSpan(_startLength));
        _startLength += count;
        _search.Take(piece);
    }

    public void End()
    {
        _search.End();
        ReadOnlySpan<byte> start = _start.AsSpan(0, _startLength);
        bool isElf = start.StartsWith(ElfReader.Magic);
        bool isArchive = start.StartsWith(StaticArchive.Magic);
        uint gzipStamp =
            start.Length >= 8 && start[0] == 0x1f && start[1] == 0x8b && start[2] == 8
                ? BinaryPrimitives.ReadUInt32LittleEndian(start[4..])
                : 0;
        uint? sourceStamp = SourceStamp(start);
        bool isPointer = file.Size < 1024 && start.StartsWith("version https://git-lfs.github.com/spec/"u8);
        if (
            isElf
            || isArchive
            || gzipStamp != 0
            || sourceStamp is not null
            || isPointer
            || Array.Exists(_search.Found, found => found)
        )
        {
            ElfImage? image = package.Images.GetValueOrDefault(file.Path);
            using Stream? content = isArchive || isElf ? file.Open!() : null;
            StaticArchive? archive = isArchive ? StaticArchive.Read(content!) : null;
            image ??= isElf ? ElfReader.Read(content!) : archive?.Image;
            bool hasDebug = isElf ? ElfDebug.Read(content!) is { HasDebug: true } : archive?.Debug is not null;
            add(
                new ScannedFile(
                    package,
                    file.Path,
                    _search.Found,
                    gzipStamp,
                    sourceStamp,
                    isPointer,
                    archive,
                    image,
                    hasDebug
                )
            );
        }
    }

    // PEP 552: a magic number that ends in CR LF, flags, and unless they ask for a hash the source's time and size.
    private uint? SourceStamp(ReadOnlySpan<byte> start) =>
        file.Path.EndsWith(".pyc", StringComparison.Ordinal)
        && start.Length >= 16
        && start[2] == '\r'
        && start[3] == '\n'
        && BinaryPrimitives.ReadUInt32LittleEndian(start[4..]) == 0
            ? BinaryPrimitives.ReadUInt32LittleEndian(start[8..])
            : null;
}
