using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;

namespace Peipkg.Format.Tests.Repositories;

public class IndexEntryReaderTests
{
    private static readonly string[] Pieces =
    [
        "\"",
        "\\",
        "{",
        "}",
        ",",
        ":",
        "[",
        "]",
        "0",
        "9",
        "00",
        "-",
        "e",
        "\u00e9",
        " ",
        "\n",
        "\"url\":",
        "\"name\":\"x\",",
        "1.0-1",
        "}}",
        "\\u0041",
        "//",
        "%",
        "/p/",
    ];

    /// <summary>A neighbour is read like the first entry of a document, whatever is wrong with it.</summary>
    [Fact]
    public void What_stood_before_an_entry_changes_nothing_about_it()
    {
        byte[] first = Entry("1.0-1");
        byte[] second = Entry("2.0-1");
        Random random = new(17);
        int read = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] changed = round == 0 ? second : Change(second, random);
            string alone = Outcome(new IndexEntryReader(), changed);
            IndexEntryReader warm = new();
            warm.Read(first);
            Assert.Equal(alone, Outcome(warm, changed));
            read += alone.StartsWith("ok", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(read, 100, 19_000);
    }

    [Fact]
    public void Members_of_relations_that_nobody_knows_are_kept()
    {
        const string text =
            "{\"name\":\"aa\", \"root\" : { \"x\" : [1, \"a \\\" b\"] },\"constraint\":\">= 1\",\"z\":null}";
        string entry = Encoding.UTF8.GetString(Entry("1.0-1"));
        foreach (string list in new[] { "dependencies", "optional_dependencies", "conflicts", "replaces" })
        {
            string changed = entry.Replace($"\"{list}\":[]", $"\"{list}\":[{text}]", StringComparison.Ordinal);
            Assert.NotEqual(entry, changed);
            IndexEntry read = new IndexEntryReader().Read(Encoding.UTF8.GetBytes(changed));
            Assert.Contains(
                $"\"{list}\":[{{\"name\":\"aa\",\"constraint\":\">= 1\",\"root\":{{\"x\":[1,\"a \\\" b\"]}},\"z\":null}}]",
                Encoding.UTF8.GetString(IndexDocument.WriteEntry(read)),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void A_manifest_hands_on_what_it_does_not_know_in_its_relations()
    {
        Manifest manifest = ManifestDocument.Read(
            Encoding.UTF8.GetBytes(
                "{\"schema_version\":1,\"name\":\"aa\",\"version\":\"1.0-1\",\"architecture\":\"noarch\","
                    + "\"dependencies\":[{\"name\":\"bb\",\"root\":\"usr\"}],\"conflicts\":[],\"size_installed\":0,"
                    + "\"build\":{\"timestamp\":\"2026-01-01T00:00:00Z\",\"farm_id\":\"f\",\"source_ref\":\"s\"}}\n"
            )
        );
        Assert.Contains(
            "\"dependencies\":[{\"name\":\"bb\",\"root\":\"usr\"}]",
            Encoding.UTF8.GetString(IndexDocument.WriteEntry(IndexEntry.FromPackage(manifest, default, 1, "/p/aa"))),
            StringComparison.Ordinal
        );
    }

    private static string Outcome(IndexEntryReader reader, byte[] entry)
    {
        try
        {
            return "ok " + Encoding.UTF8.GetString(IndexDocument.WriteEntry(reader.Read(entry)));
        }
        catch (FormatViolationException exception)
        {
            return exception.Message;
        }
    }

    private static byte[] Change(byte[] entry, Random random)
    {
        List<byte> bytes = [.. entry];
        int at = random.Next(bytes.Count);
        int length = Math.Min(random.Next(4), bytes.Count - at);
        if (random.Next(4) == 0)
        {
            // A digit for a digit and a letter for a letter leave most entries whole.
            bytes[at] = char.IsAsciiLetterOrDigit((char)bytes[at]) ? (byte)(bytes[at] ^ 1) : bytes[at];
        }
        else
        {
            bytes.RemoveRange(at, length);
            bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
        }

        return [.. bytes];
    }

    private static byte[] Entry(string version) =>
        IndexDocument.WriteEntry(
            new IndexEntry
            {
                Name = PackageName.Parse("aa"),
                Version = PackageVersion.Parse(version),
                Architecture = Architecture.Parse("x86_64"),
                Description = "A \"description\"",
                License = "MIT",
                Homepage = "https://example.org/",
                SizeCompressed = 10,
                SizeInstalled = 0,
                Hash = Sha256Digest.Of(Encoding.UTF8.GetBytes(version)),
                Url = $"/p/aa/{version}/aa_{version}_x86_64.peipkg",
                Build = new IndexBuild(Timestamp.Parse("2026-01-01T00:00:00Z"), "farm"),
            }
        );
}
