using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

/// <summary>A small well-formed package to vary.</summary>
internal static class Samples
{
    internal static readonly SigningKey Key = SigningKey.Load(new byte[32], "zero");

    internal static readonly string LongName = "usr/share/sample/" + new string('n', 120);

    internal static Manifest Manifest { get; } =
        new()
        {
            Name = PackageName.Parse("sample"),
            Version = PackageVersion.Parse("1.0-1"),
            Architecture = Architecture.NoArch,
            Description = "A sample.",
            License = "MIT",
            Homepage = "https://example.org",
            Build = new BuildInfo(Timestamp.Parse("2026-05-01T12:00:00Z"), "farm", "test://sample"),
        };

    internal static IReadOnlyList<PayloadSource> Payload { get; } =
    [
        Text("usr/bin/sample", "#!/bin/sh\necho sample\n"),
        Text("usr/share/sample/a.h", "header"),
        Text("usr/share/sample/a/b", "below"),
        Text("usr/share/sample/empty", ""),
        Text(LongName, "long"),
        PayloadSource.Symlink("usr/bin/link", "sample"),
        PayloadSource.Symlink("usr/share/sample/far", "../" + new string('t', 120)),
        PayloadSource.Directory("var/lib/sample"),
    ];

    internal static PayloadSource Text(string path, string content) =>
        PayloadSource.File(path, Encoding.UTF8.GetBytes(content));

    internal static byte[] Write(
        IReadOnlyList<PayloadSource>? payload = null,
        Manifest? manifest = null,
        SigningKey? key = null,
        int workers = 1,
        Edition? edition = null
    )
    {
        using var output = new MemoryStream();
        PackageWriter.Write(
            output,
            manifest ?? Manifest,
            payload ?? Payload,
            key,
            new PackageWriteOptions { Workers = workers, Edition = edition ?? Edition.Default }
        );
        return output.ToArray();
    }

    internal static VerifiedPackage Verify(byte[] package, PackageVerifyOptions? options = null) =>
        PackageVerifier.Verify(new MemoryStream(package, writable: false), options);

    internal static FormatViolationException Refused(byte[] package, PackageVerifyOptions? options = null) =>
        Assert.Throws<FormatViolationException>(() => Verify(package, options));
}
