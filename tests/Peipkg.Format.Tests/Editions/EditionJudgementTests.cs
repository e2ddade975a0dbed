using System.Text;
using System.Text.Json;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Tests.Packages;
using Peipkg.Format.Tests.Vectors;

namespace Peipkg.Format.Tests.Editions;

/// <summary>The published judgements: small packages, and what each edition's producer, consumer and repository say.</summary>
public sealed class EditionJudgementTests
{
    private static readonly Dictionary<string, JsonElement> Judgements = JsonDocument
        .Parse(File.ReadAllBytes(VectorFile.PathOf("edition-judgements.json")))
        .RootElement.GetProperty("judgements")
        .EnumerateArray()
        .ToDictionary(judgement => judgement.GetProperty("id").GetString()!);

    public static TheoryData<string> Ids => [.. Judgements.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_producer_judges_as_published(string id)
    {
        JsonElement judgement = Judgements[id];
        Edition edition = EditionOf(judgement);
        AssertVerdict(
            Verdict(judgement, "verdict"),
            () =>
            {
                byte[] document = Encoding.UTF8.GetBytes(judgement.GetProperty("manifest").GetRawText());
                Manifest manifest = ManifestDocument.Read(document, ManifestSource.Author, edition);
                PayloadSource[] payload = Payload(judgement);
                IReadOnlyList<LayoutProblem> problems = PackageJudgement.Produce(manifest, payload, edition);
                if (problems.All(problem => problem.Severity != LayoutSeverity.Error))
                {
                    Samples.Write(payload, manifest, edition: edition);
                }

                return problems;
            }
        );
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_consumer_judges_as_published(string id)
    {
        JsonElement judgement = Judgements[id];
        Edition edition = EditionOf(judgement);
        AssertVerdict(
            Verdict(judgement, "verify"),
            () =>
                PackageJudgement.Read(
                    Samples.Verify(WellMade(judgement), new PackageVerifyOptions { Edition = edition }),
                    edition
                )
        );
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_consumer_of_any_edition_judges_each_as_its_own_does(string id)
    {
        JsonElement judgement = Judgements[id];
        string expected = Verdict(judgement, "verify");
        VerifiedPackage package;
        try
        {
            package = Samples.Verify(WellMade(judgement), new PackageVerifyOptions { Edition = null });
        }
        catch (FormatViolationException)
        {
            Assert.Equal("refuse", expected);
            return;
        }

        EditionVerdict verdict = PackageJudgement
            .EditionsOf(package)
            .Single(verdict => verdict.Edition == EditionOf(judgement));
        Assert.Equal(expected == "accept", verdict.IsSatisfied);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_repository_judges_as_published(string id)
    {
        JsonElement judgement = Judgements[id];
        Edition edition = EditionOf(judgement);
        AssertVerdict(
            Verdict(judgement, "publish"),
            () =>
                PackageJudgement.Publish(
                    Samples.Verify(WellMade(judgement), new PackageVerifyOptions { Edition = edition }),
                    edition,
                    new PublishPermissions()
                )
        );
    }

    private static void AssertVerdict(string expected, Func<IReadOnlyList<LayoutProblem>> judge)
    {
        string[] errors;
        try
        {
            errors =
            [
                .. judge()
                    .Where(problem => problem.Severity == LayoutSeverity.Error)
                    .Select(problem => problem.ToString()),
            ];
        }
        catch (FormatViolationException fault)
        {
            errors = [fault.Message];
        }
        catch (PackagingException fault)
        {
            errors = [fault.Message];
        }

        Assert.True((expected == "accept") == (errors.Length == 0), $"{expected}: {string.Join('\n', errors)}");
    }

    /// <summary>The archive that the content makes, whatever its manifest says.</summary>
    private static byte[] WellMade(JsonElement judgement)
    {
        byte[] document = [.. Encoding.UTF8.GetBytes(judgement.GetProperty("manifest").GetRawText()), (byte)'\n'];
        PayloadSource[] payload = [.. Payload(judgement).Where(entry => PayloadPath.TryValidate(entry.Path, out _))];
        payload =
        [
            .. payload.Where(entry =>
                entry.LinkTarget is null || SymlinkTarget.TryValidate(entry.Path, entry.LinkTarget, out _)
            ),
        ];
        if (payload.Length < judgement.GetProperty("tree").GetArrayLength())
        {
            return [];
        }

        var raw = RawPackage.Parse(Samples.Write(payload, Samples.Manifest, edition: EditionOf(judgement)));
        RawEntry[] entries =
        [
            RawEntry.Create(PackageNames.Manifest, '0', Encoding.UTF8.GetString(document)),
            .. raw.Entries.Skip(1),
        ];
        long time = Timestamp
            .Parse(judgement.GetProperty("manifest").GetProperty("build").GetProperty("timestamp").GetString()!)
            .UnixSeconds;
        string octal = Convert.ToString(time, 8).PadLeft(11, '0');
        raw.Entries.Clear();
        raw.Entries.AddRange(entries.Select(entry => entry.With(136, Encoding.ASCII.GetBytes(octal))));
        return raw.ToPackage();
    }

    private static PayloadSource[] Payload(JsonElement judgement) =>
        [.. judgement.GetProperty("tree").EnumerateArray().Select(Source)];

    private static PayloadSource Source(JsonElement entry)
    {
        string path = entry.GetProperty("path").GetString()!;
        return entry.GetProperty("type").GetString() switch
        {
            "file" => PayloadSource.File(path, entry.GetProperty("content_b64").GetBytesFromBase64()),
            "symlink" => PayloadSource.Symlink(path, entry.GetProperty("target").GetString()!),
            _ => PayloadSource.Directory(path),
        };
    }

    private static Edition EditionOf(JsonElement judgement)
    {
        Assert.True(Edition.TryParse(judgement.GetProperty("edition").GetString(), out Edition? edition, out _));
        return edition;
    }

    private static string Verdict(JsonElement judgement, string of) =>
        judgement.TryGetProperty(of, out JsonElement verdict) ? verdict.GetString()!
        : of == "publish" ? Verdict(judgement, "verify")
        : judgement.GetProperty("verdict").GetString()!;
}
