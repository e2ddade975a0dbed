using System.Globalization;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Benchmarks;

/// <summary>Many small signed packages, as a farm's repository holds them.</summary>
internal static class SmallPackages
{
    internal static int Write(string directory, int names, int versions, string keyFile)
    {
        using SigningKey key = SigningKey.Load(File.ReadAllBytes(keyFile), keyFile);
        Directory.CreateDirectory(directory);
        Parallel.For(
            0,
            names,
            name =>
            {
                for (int version = 1; version <= versions; version++)
                {
                    WriteOne(directory, name, version, key);
                }
            }
        );
        return 0;
    }

    private static void WriteOne(string directory, int name, int version, SigningKey key)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"package-{name:d5}");
        var manifest = new Manifest
        {
            Name = PackageName.Parse(text),
            Version = PackageVersion.Parse(string.Create(CultureInfo.InvariantCulture, $"1.{version}-1")),
            Architecture = Architecture.NoArch,
            Description = $"The small package {text}.",
            License = "MIT",
            Homepage = $"https://example.org/{text}",
            Build = new BuildInfo(
                Timestamp.Parse("2026-05-01T12:00:00Z"),
                "bench",
                $"git+https://example.org/{text}#refs/tags/v1.{version}"
            ),
        };
        PayloadSource[] payload =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(i =>
                    PayloadSource.File(
                        $"usr/share/{text}/file{i}",
                        Encoding.ASCII.GetBytes(
                            string.Concat(Enumerable.Repeat($"{text} {version} {i}\n", 50 * (i + 1)))
                        )
                    )
                ),
        ];
        string path = Path.Combine(
            directory,
            PackageFileName.Compose(manifest.Name, manifest.Version, manifest.Architecture)
        );
        using FileStream output = File.Create(path);
        PackageWriter.Write(output, manifest, payload, key, new PackageWriteOptions { Workers = 1 });
    }
}
