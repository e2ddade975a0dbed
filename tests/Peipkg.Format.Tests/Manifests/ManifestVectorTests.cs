using System.Text;
using System.Text.Json;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Tests.Vectors;

namespace Peipkg.Format.Tests.Manifests;

public sealed class ManifestVectorTests
{
    public static TheoryData<string> Cases()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(VectorFile.PathOf("pack-cases.json")));
        return
        [
            .. file.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!),
        ];
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_vector_comes_back_from_its_canonical_form(string name)
    {
        var manifest = ManifestDocument.Read(Element(name).GetRawText().AsUtf8(), ManifestSource.Author);
        var written = ManifestDocument.Write(manifest);
        Assert.Equal(written, ManifestDocument.Write(ManifestDocument.Read(written)));
        Assert.Equal(
            JsonSerializer.Serialize(Element(name)),
            JsonSerializer.Serialize(JsonDocument.Parse(written).RootElement)
        );
    }

    [Theory]
    [InlineData("case-1")]
    [InlineData("case-2")]
    [InlineData("case-4")]
    [InlineData("case-5")]
    public void A_vectors_documents_are_written_to_the_byte(string name)
    {
        var entry = Case(name);
        var tar = entry.GetProperty("tar_b64").GetBytesFromBase64();
        var bytes = TarContent(tar, 0, out var next);
        var manifest = ManifestDocument.Read(bytes);
        Assert.Equal(bytes, ManifestDocument.Write(manifest));
        var author = ManifestDocument.Read(Element(name).GetRawText().AsUtf8(), ManifestSource.Author);
        Assert.Equal(bytes, ManifestDocument.Write(author with { SizeInstalled = manifest.SizeInstalled }));

        var list = TarContent(tar, next, out _);
        var files = FilesDocument.Read(list);
        Assert.Equal(list, FilesDocument.Write(files));
        Assert.Equal(manifest.SizeInstalled, files.Sum(file => file.Size));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_vectors_payload_lies_where_payloads_may(string name)
    {
        var entry = Case(name);
        var manifest = ManifestDocument.Read(
            entry.GetProperty("manifest").GetRawText().AsUtf8(),
            ManifestSource.Author
        );
        var payload = entry
            .GetProperty("entries")
            .EnumerateArray()
            .Select(e => new PayloadSource(
                e.GetProperty("path").GetString()!,
                e.GetProperty("type").GetString() switch
                {
                    "file" => PayloadKind.File,
                    "symlink" => PayloadKind.Symlink,
                    _ => PayloadKind.Directory,
                },
                0,
                e.TryGetProperty("target", out var target) ? target.GetString() : null,
                null
            ));
        Assert.Empty(
            PayloadLayout.Check(Edition.Psd009.Layout, manifest.Declarations, payload, LayoutChecks.Destinations)
        );
    }

    private static JsonElement Case(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(VectorFile.PathOf("pack-cases.json")));
        return file
            .RootElement.GetProperty("cases")
            .EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == name)
            .Clone();
    }

    private static JsonElement Element(string name) => Case(name).GetProperty("manifest");

    private static byte[] TarContent(byte[] tar, int header, out int next)
    {
        var size = Convert.ToInt32(Encoding.ASCII.GetString(tar, header + 124, 11), 8);
        next = header + 512 + ((size + 511) / 512 * 512);
        return tar.AsSpan(header + 512, size).ToArray();
    }
}
