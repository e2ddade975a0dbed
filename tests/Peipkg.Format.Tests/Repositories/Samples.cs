using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;

namespace Peipkg.Format.Tests.Repositories;

/// <summary>Well-formed values that a test bends to its purpose.</summary>
internal static class Samples
{
    internal static Manifest Manifest(string name = "nginx", string version = "1.26.2-3", string arch = "x86_64") =>
        new()
        {
            Name = PackageName.Parse(name),
            Version = PackageVersion.Parse(version),
            Architecture = Architecture.Parse(arch),
            Description = "A web server",
            License = "BSD-2-Clause",
            Homepage = "https://nginx.org/",
            Dependencies =
            [
                new Dependency(PackageName.Parse("libc"), VersionConstraint.Parse(">= 2.40, < 3")),
                new Dependency(VirtualName.Parse("pkgconfig(zlib)"), ArchAny: true),
            ],
            OptionalDependencies = [new Dependency(PackageName.Parse("geoip"))],
            Conflicts = [new Conflict(PackageName.Parse("apache"), VersionConstraint.Parse("< 2"), true)],
            Provides =
            [
                new Provide(VirtualName.Parse("httpd"), VersionOperand.Parse("1.1")),
                new Provide(VirtualName.Parse("www")),
            ],
            Replaces = [new Replacement(PackageName.Parse("nginx-core"), VersionConstraint.Parse("< 1.0"))],
            SideEffects = [SideEffect.ManDb, SideEffect.Ldconfig],
            SizeInstalled = 12345,
            Build = new BuildInfo(
                Timestamp.Parse("2026-01-02T03:04:05Z"),
                "farm-1",
                "git+https://example.org/x#refs/tags/v1"
            ),
        };

    internal static IndexEntry Entry(string name = "nginx", string version = "1.26.2-3", string arch = "x86_64") =>
        IndexEntry.FromPackage(
            Manifest(name, version, arch),
            Sha256Digest.Of((name + version + arch).AsUtf8()),
            54321,
            $"/p/{name}/{version}/{name}_{version}_{arch}.peipkg"
        );

    internal static RepositoryIndex Index(IndexKind kind, params IndexEntry[] packages) =>
        new("example", kind, 7, Timestamp.Parse("2026-01-02T03:04:05Z"), packages);

    internal static Fingerprint Key(byte seed) => Fingerprint.Of([seed, 1, 2, 3]);

    internal static Descriptor Descriptor(params DescriptorKey[] keys) =>
        new(
            "example",
            "An example",
            [.. keys.OrderBy(key => key.Fingerprint)],
            IndexPointers.ConventionalActive,
            IndexPointers.ConventionalArchive
        );

    internal static DescriptorKey ActiveKey(byte seed = 1) =>
        new(Key(seed), DescriptorKey.ConventionalUrl(Key(seed)), KeyStatus.Active);
}
