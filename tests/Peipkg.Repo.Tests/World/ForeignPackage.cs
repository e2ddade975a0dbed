using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using SharpCompress.Compressors.ZStandard;

namespace Peipkg.Repo.Tests.World;

/// <summary>Packages as other producers make them: any manifest, in an archive that is well made.</summary>
internal static class ForeignPackage
{
    private const int Block = 512;

    /// <summary>The package of a manifest and a payload.</summary>
    /// <param name="manifest">The manifest's text; its size_installed must be the payload's.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="headers">The edition whose forms the archive's headers have.</param>
    internal static byte[] Of(string manifest, IReadOnlyList<PayloadSource> payload, Edition headers)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(manifest);
        string time = document.RootElement.GetProperty("build").GetProperty("timestamp").GetString()!;
        using MemoryStream written = new();
        PackageWriter.Write(
            written,
            new Manifest
            {
                Name = PackageName.Parse("stand-in"),
                Version = PackageVersion.Parse("1.0-1"),
                Architecture = Architecture.NoArch,
                Build = new BuildInfo(Timestamp.Parse(time), "", ""),
            },
            payload,
            null,
            new PackageWriteOptions { Edition = headers }
        );
        return Compress(WithManifest(Decompress(written.ToArray()), manifest));
    }

    private static byte[] WithManifest(byte[] tar, string manifest)
    {
        byte[] content = Encoding.UTF8.GetBytes(manifest + "\n");
        byte[] header = tar[..Block];
        int old = Convert.ToInt32(Encoding.ASCII.GetString(header, 124, 11), 8);
        Octal(content.Length, 11).CopyTo(header, 124);
        "        "u8.CopyTo(header.AsSpan(148));
        Octal(header.Sum(static b => b), 6).CopyTo(header, 148);
        header[154] = 0;
        header[155] = (byte)' ';
        return [.. header, .. content, .. new byte[Padding(content.Length)], .. tar[(Block + old + Padding(old))..]];
    }

    private static byte[] Octal(long value, int digits) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(digits, '0'));

    private static int Padding(int size) => (Block - (size % Block)) % Block;

    private static byte[] Compress(byte[] content)
    {
        using MemoryStream output = new();
        using (CompressionStream frame = new(output, 3, leaveOpen: true))
        {
            frame.Write(content);
        }

        return output.ToArray();
    }

    private static byte[] Decompress(byte[] package)
    {
        using DecompressionStream frame = new(new MemoryStream(package));
        using MemoryStream content = new();
        frame.CopyTo(content);
        return content.ToArray();
    }
}
