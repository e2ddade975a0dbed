using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

/// <summary>Programs that know nothing of these tools read what they write.</summary>
public sealed class InteroperabilityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-interop-").FullName;
    private readonly byte[] _package = Samples.Write(key: Samples.Key);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Zstd_finds_one_whole_frame()
    {
        string file = WritePackage();

        RealPrograms.Run("zstd", ["-q", "-t", file]);
        string listing = Encoding.UTF8.GetString(RealPrograms.Run("zstd", ["-lv", file]));
        Assert.Contains("# Zstandard Frames: 1", listing, StringComparison.Ordinal);
        Assert.Contains("Check: None", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void Gnu_tar_lists_every_entry_in_order()
    {
        string[] names = Encoding
            .UTF8.GetString(RealPrograms.Run("tar", ["--zstd", "-tf", WritePackage()]))
            .TrimEnd()
            .Split('\n');

        Assert.Equal(PackageNames.Manifest, names[0]);
        Assert.Equal(PackageNames.Files, names[1]);
        Assert.Equal(PackageNames.Signature, names[^1]);
        Assert.Contains(Samples.LongName, names);
        Assert.Contains("usr/share/sample/a/", names);
    }

    [Fact]
    public void Gnu_tar_extracts_content_and_links()
    {
        string target = Directory.CreateDirectory(Path.Combine(_directory, "out")).FullName;
        RealPrograms.Run("tar", ["--zstd", "-xf", WritePackage(), "-C", target]);

        Assert.Equal("#!/bin/sh\necho sample\n", File.ReadAllText(Path.Combine(target, "usr/bin/sample")));
        Assert.Equal("long", File.ReadAllText(Path.Combine(target, Samples.LongName)));
        Assert.Equal("sample", new FileInfo(Path.Combine(target, "usr/bin/link")).LinkTarget);
        Assert.Equal(123, new FileInfo(Path.Combine(target, "usr/share/sample/far")).LinkTarget!.Length);
        Assert.True(Directory.Exists(Path.Combine(target, "var/lib/sample")));
    }

    [Fact]
    public void The_class_library_s_tar_reader_agrees()
    {
        using var reader = new TarReader(new MemoryStream(RawPackage.Decompress(_package)));
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            Assert.Equal((UnixFileMode)0x1FF, entry.Mode);
            Assert.Equal(Samples.Manifest.Build.Timestamp.UnixSeconds, entry.ModificationTime.ToUnixTimeSeconds());
            names.Add(entry.Name.TrimEnd('/'));
        }

        Assert.Equal(Samples.Verify(_package).Entries.Select(static e => e.Path), names[2..^1]);
    }

    [Fact]
    public void Openssl_verifies_the_signature_from_the_documents_alone()
    {
        // What §5.1 says and nothing of ours: the tar up to the signature's header, its SHA-256, the envelope's base64.
        byte[] tar = RealPrograms.Run("zstd", ["-dc", WritePackage()]);
        int signature = tar.AsSpan().LastIndexOf(".peipkg/signature"u8);
        using JsonDocument envelope = JsonDocument.Parse(
            tar.AsMemory(signature + 512, Convert.ToInt32(Encoding.ASCII.GetString(tar, signature + 124, 11), 8))
        );
        string base64 = envelope.RootElement.GetProperty("signature").GetString()!;
        string digestFile = Path.Combine(_directory, "digest");
        string signatureFile = Path.Combine(_directory, "sig");
        string keyFile = Path.Combine(_directory, "key.pem");
        File.WriteAllBytes(digestFile, RealPrograms.Run("openssl", ["dgst", "-sha256", "-binary"], tar[..signature]));
        File.WriteAllBytes(signatureFile, Convert.FromBase64String(base64 + "=="));
        File.WriteAllBytes(keyFile, Samples.Key.PublicKey.ExportPem());

        string said = Encoding.ASCII.GetString(
            RealPrograms.Run(
                "openssl",
                [
                    "pkeyutl",
                    "-verify",
                    "-pubin",
                    "-inkey",
                    keyFile,
                    "-rawin",
                    "-in",
                    digestFile,
                    "-sigfile",
                    signatureFile,
                ]
            )
        );

        Assert.Contains("Signature Verified Successfully", said, StringComparison.Ordinal);
    }

    private string WritePackage()
    {
        string file = Path.Combine(_directory, "sample.peipkg");
        File.WriteAllBytes(file, _package);
        return file;
    }
}
