using System.Text.Json;
using Peipkg.Format.Editions;
using Peipkg.Format.Packages;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>The published judgements, as a repository of each edition gives them.</summary>
public sealed class PublishJudgementTests(PublishJudgementTests.Repositories repositories)
    : IClassFixture<PublishJudgementTests.Repositories>
{
    private static readonly Dictionary<string, JsonElement> Judgements = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "edition-judgements.json")))
        .RootElement.GetProperty("judgements")
        .EnumerateArray()
        .ToDictionary(static judgement => judgement.GetProperty("id").GetString()!);

    public static TheoryData<string> Ids => [.. Judgements.Keys];

    public static TheoryData<string, string, string> Permitted =>
        new()
        {
            { "special-outside/pspu-5", "plain", "--allow-special-system" },
            { "special-library-in-share/pspu-5", "plain", "--allow-special-system" },
            { "drop-in/pspu-5", "official", "--dry-run" },
        };

    [Theory]
    [MemberData(nameof(Ids))]
    public void Publish_judges_as_published(string id)
    {
        JsonElement judgement = Judgements[id];
        string expected = Text(judgement, "publish") ?? Text(judgement, "verify") ?? Text(judgement, "verdict")!;
        RunResult result = repositories.Publish(judgement, "plain");
        Assert.True((expected == "accept") == (result.Code == 0), $"{expected}: {result.Error}");
        if (expected == "refuse")
        {
            Assert.Contains("error: refused ", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("internal error", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Permitted))]
    public void What_needs_consent_is_published_with_it_and_named(string id, string kind, string option)
    {
        RunResult refused = repositories.Publish(Judgements[id], "plain");
        Assert.Equal(1, refused.Code);
        RunResult taken = repositories.Publish(Judgements[id], kind, option);
        RepositoryFixture.Succeed(taken);
        Assert.Contains("warning: ", taken.Error, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement judgement, string member) =>
        judgement.TryGetProperty(member, out JsonElement value) ? value.GetString() : null;

    /// <summary>An empty repository of each edition, plain and official.</summary>
    public sealed class Repositories : IDisposable
    {
        private readonly RepositoryFixture _fixture = new();

        public Repositories()
        {
            foreach (Edition edition in Edition.All)
            {
                Init(edition, "plain");
                Init(edition, "official", "--official");
            }

            void Init(Edition edition, string kind, params string[] more) =>
                RepositoryFixture.Succeed(
                    RepoRun.Run([
                        "init",
                        "--name",
                        "judge",
                        "--sign-key",
                        _fixture.KeyFile,
                        "--timestamp",
                        "2026-01-01T00:00:00Z",
                        "--edition",
                        edition.Name,
                        "--out",
                        _fixture[$"{kind}-{edition}"],
                        .. more,
                    ])
                );
        }

        internal RunResult Publish(JsonElement judgement, string kind, params string[] more)
        {
            Assert.True(Edition.TryParse(judgement.GetProperty("edition").GetString(), out Edition? edition, out _));
            _fixture.ClearNew();
            byte[] package;
            try
            {
                package = ForeignPackage.Of(
                    judgement.GetProperty("manifest").GetRawText(),
                    [.. judgement.GetProperty("tree").EnumerateArray().Select(Source)],
                    edition
                );
            }
            catch (Exception exception) when (exception is PackagingException or Format.FormatViolationException)
            {
                // No archive can hold it.
                package = [];
            }

            File.WriteAllBytes(Path.Combine(_fixture.New, "case.peipkg"), package);
            string repository = _fixture[$"{kind}-{edition}"];
            return _fixture.Publish([
                "--in",
                repository,
                "--out",
                repository,
                "--no-site",
                .. more.Contains("--dry-run") ? more : [.. more, "--dry-run"],
            ]);
        }

        public void Dispose() => _fixture.Dispose();

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
    }
}
