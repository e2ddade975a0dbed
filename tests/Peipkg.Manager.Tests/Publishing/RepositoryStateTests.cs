using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Publishing;

namespace Peipkg.Manager.Tests.Publishing;

/// <summary>What the manager reads of a repository that others have written into.</summary>
public sealed class RepositoryStateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void What_others_published_is_read_as_its_edition_reads_it()
    {
        Write(Edition.Pspu5);
        RepositoryState state = new(_directory.Path);
        Assert.Equal(Edition.Pspu5, state.Edition);
        Assert.NotNull(
            state.Published().Find(PackageName.Parse("aa"), PackageVersion.Parse("1.0-1"), Architecture.X86_64)
        );
    }

    public void Dispose() => _directory.Dispose();

    private void Write(Edition edition)
    {
        Assert.True(Fingerprint.TryParse(new string('a', 64), out Fingerprint key, out _));
        Descriptor descriptor = new(
            "test",
            "",
            [new DescriptorKey(key, DescriptorKey.ConventionalUrl(key), KeyStatus.Active)],
            IndexPointers.ConventionalActive,
            IndexPointers.ConventionalArchive
        )
        {
            Edition = edition,
        };
        IndexEntry entry = new()
        {
            Name = PackageName.Parse("aa"),
            Version = PackageVersion.Parse("1.0-1"),
            Architecture = Architecture.X86_64,
            Description = "\u00c9l\u00e9gance \u2013 for you",
            LicenseClass = LicenseClass.Firmware,
            DefaultRoot = RootName.Parse("boot"),
            SizeCompressed = 1,
            SizeInstalled = 0,
            Hash = default,
            Url = "/p/aa.peipkg",
        };
        File.WriteAllBytes(
            Path.Combine(_directory.Path, RepositoryLayout.Descriptor),
            DescriptorDocument.Write(descriptor)
        );
        Directory.CreateDirectory(Path.Combine(_directory.Path, RepositoryLayout.IndexDirectory));
        File.WriteAllBytes(
            Path.Combine(_directory.Path, RepositoryLayout.ArchiveIndex),
            IndexDocument.Write(
                new RepositoryIndex("test", IndexKind.Archive, 1, Timestamp.Parse("2026-01-01T00:00:00Z"), [entry]),
                edition
            )
        );
    }
}
