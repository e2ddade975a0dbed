using System.Text;
using System.Text.Json;
using Peipkg.Build.Tests.Composing;
using Peipkg.Build.Tests.Support;
using Peipkg.Format.Attestations;

namespace Peipkg.Build.Tests.Reproducing;

/// <summary>What <c>reproduce</c> signs, of packages that are files and of a repository's.</summary>
public sealed class RebuildVerdictTests : IDisposable
{
    private const string Name = "demo_1.2-3_noarch.peipkg";
    private readonly RepositoryBench _repository = new();
    private readonly string _key;

    public RebuildVerdictTests() => _key = Bench.Key("rebuilder.pem");

    private Workbench Bench => _repository.Bench;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void The_same_rebuild_gives_the_same_signed_verdict_with_all_that_went_into_it()
    {
        _repository.Build();
        Reproduce().Succeeds();
        RebuildVerdict verdict = Only();
        Assert.Equal(RebuildOutcome.Identical, verdict.Outcome);
        Assert.Equal(new Subject(Name, Bench.Package(Name).PackageHash), verdict.Package);
        string payload = Encoding.UTF8.GetString(verdict.Envelope.Payload.Span);
        Assert.Contains("\"compared\":{\"what\":\"signed content\"", payload, StringComparison.Ordinal);
        Assert.Contains("\"timestamp\":\"2026-05-01T12:00:00Z\"", payload, StringComparison.Ordinal);
        Assert.Contains("{\"name\":\"recipe\",\"digest\":{\"dirHash\":\"", payload, StringComparison.Ordinal);
        Assert.Contains(
            $"\"id\":\"urn:peipkg:key:{verdict.Rebuilder.Fingerprint}\"",
            payload,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Bench.Root, payload, StringComparison.Ordinal);

        byte[] first = verdict.Envelope.Write();
        Reproduce().Succeeds();
        Assert.Equal(first, Only().Envelope.Write());
    }

    [Fact]
    public void What_differs_and_what_cannot_be_built_is_signed_too()
    {
        _repository.Build();
        Bench.Script("mkdir -p \"$DESTDIR/usr/share/demo\"; echo ha > \"$DESTDIR/usr/share/demo/file\"");
        Assert.Equal(1, Reproduce().Code);
        Assert.Equal(RebuildOutcome.Different, Only().Outcome);
        Assert.Equal(["changed: usr/share/demo/file"], Only().Differences);

        Bench.Script("exit 9");
        Reproduce().Fails("exit");
        Assert.Equal(RebuildOutcome.Unbuildable, Only().Outcome);

        // What was not tried is not judged.
        File.Delete(Directory.GetFiles(Bench["verdicts"]).Single());
        Bench.Recipe(Workbench.OneStanza.Replace("\"demo\"", "\"other\"", StringComparison.Ordinal));
        Reproduce().Fails("which the recipe does not make");
        Assert.Empty(Directory.GetFiles(Bench["verdicts"]));
    }

    [Fact]
    public void What_was_built_again_elsewhere_is_compared_and_its_verdict_says_how_it_was_built()
    {
        _repository.Build();
        string original = Bench["original.peipkg"];
        File.Move(Bench["out/" + Name], original);
        Bench.Build().Succeeds();
        string commit = new('a', 40);
        Rebuilt(original, "--source-commit", commit, "--build-fact", "launcher=ssh.sh").Succeeds();
        Assert.Equal((RebuildOutcome.Identical, Name), (Only().Outcome, Only().Package.Name));
        string payload = Encoding.UTF8.GetString(Only().Envelope.Payload.Span);
        Assert.Contains("\"compared\":{\"what\":\"signed content\"", payload, StringComparison.Ordinal);
        Assert.Contains("\"launcher\":\"ssh.sh\"", payload, StringComparison.Ordinal);
        Assert.Contains(commit, payload, StringComparison.Ordinal);

        Bench.Script("mkdir -p \"$DESTDIR/usr/share/demo\"; echo ha > \"$DESTDIR/usr/share/demo/file\"");
        Bench.Build().Succeeds();
        RunResult result = Rebuilt(original);
        Assert.Equal(1, result.Code);
        Assert.Contains("usr/share/demo/file", result.Output, StringComparison.Ordinal);
        Assert.Equal(RebuildOutcome.Different, Only().Outcome);
        Assert.Equal(["changed: usr/share/demo/file"], Only().Differences);

        File.Delete(Bench["out/" + Name]);
        using JsonDocument document = JsonDocument.Parse(Rebuilt(original, "--json").Output);
        Assert.Equal(
            "original.peipkg",
            document.RootElement.GetProperty("unbuildable")[0].GetProperty("package").GetString()
        );
        Assert.Equal(RebuildOutcome.Unbuildable, Only().Outcome);

        Rebuilt(original, "--source", Bench["source"]).FailsWith(2, "leave out --source");
        Run("--build-fact", "a=b").FailsWith(2, "give --rebuilt with it");
        Run("--source-commit", commit).FailsWith(2, "give --rebuilt with it");
        Repository("--rebuilt", Bench["out"]).FailsWith(2, "--rebuilt is for packages that are files");
    }

    private RunResult Rebuilt(string package, params string[] more) =>
        Bench.Run([
            "reproduce",
            package,
            "--recipe",
            Bench["recipe"],
            "--rebuilt",
            Bench["out"],
            "--verdict-key",
            _key,
            "--verdicts",
            Bench["verdicts"],
            .. more,
        ]);

    [Fact]
    public void Nobody_vouches_for_packages_of_their_own()
    {
        _repository.Build();
        Run("--verdict-key", Bench["key.pem"], "--verdicts", Bench["verdicts"])
            .Fails("signed with the key that would sign the verdict");
        Run("--verdict-key", _key).FailsWith(2, "say with --verdicts where they go");
        Run("--verdicts", Bench["verdicts"]).FailsWith(2, "give --verdict-key with it");
    }

    [Fact]
    public void A_repository_is_rebuilt_from_the_sources_that_its_packages_name_and_only_once()
    {
        Bench.Shell(
            """
            git init -q up && cd up && git config user.email a@example.org && git config user.name A
            echo "from git" > text && git add text && git commit -qm one && git tag v1
            """
        );
        Bench.Script("mkdir -p \"$DESTDIR/usr/share/demo\"; cp \"$SOURCE_DIR/text\" \"$DESTDIR/usr/share/demo/file\"");
        _repository.Build(
            "--source",
            Bench["up"],
            "--source-ref",
            $"git+file://{Bench["up"]}#refs/tags/v1",
            "--attest"
        );
        foreach (string sibling in SiblingNames.All)
        {
            Bench.Write("repository/p/" + Name + sibling, File.ReadAllText(Bench["out/" + Name + sibling]));
            File.Delete(Bench["out/" + Name + sibling]);
        }

        _repository.Publish();
        RunResult result = Repository().Succeeds();
        Assert.EndsWith(
            "1 identical, 0 different, 0 could not be built, 0 not tried\n",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(RebuildOutcome.Identical, Only().Outcome);
        string commit = Bench.Shell("git -C up rev-parse HEAD").Trim();
        Assert.Contains(
            $"\"gitCommit\":\"{commit}\"",
            Encoding.UTF8.GetString(Only().Envelope.Payload.Span),
            StringComparison.Ordinal
        );

        // The next run does what is new; what is named is done again.
        Bench.Script("exit 1");
        Assert.EndsWith(
            "0 not tried, 1 with a verdict already\n",
            Repository().Succeeds().Output,
            StringComparison.Ordinal
        );
        result = Repository("demo=1.2-3");
        Assert.Equal(1, result.Code);
        Assert.Contains($"{Name}: could not be built: ", result.Output, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(Repository("demo", "--json").Output);
        Assert.False(document.RootElement.GetProperty("identical").GetBoolean());
        Assert.Equal(Name, document.RootElement.GetProperty("unbuildable")[0].GetProperty("package").GetString());

        // A tag that has moved since is another source.
        Bench.Shell("cd up && echo more >> text && git commit -qam two && git tag -f v1");
        File.Delete(Directory.GetFiles(Bench["verdicts"]).Single());
        Assert.Contains("as its attestation says", Repository().Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(1, Repository("demo").Code);
        Assert.Empty(Directory.GetFiles(Bench["verdicts"]));
    }

    [Fact]
    public void What_is_missing_for_a_rebuild_is_said_package_by_package()
    {
        _repository.Make("1-1", ("aa", ""), ("bb", ""));
        _repository.Publish();
        Assert.Contains(
            "aa_1-1_noarch.peipkg: not tried: its source, test://demo, is no git repository",
            Repository().Succeeds().Output,
            StringComparison.Ordinal
        );
        _repository.Make("1-1", ("aa", ""));
        Assert.Contains(
            "bb_1-1_noarch.peipkg: not tried: no recipe here makes it",
            Repository().Output,
            StringComparison.Ordinal
        );
        Repository("ab").Fails("has no package ab (did you mean \"aa\"?)");
        Bench
            .Run("reproduce", "--url", _repository.Repository, "--recipe", Bench["recipe"])
            .FailsWith(2, "--url needs --trust");
        Bench
            .Run(
                "reproduce",
                "--url",
                _repository.Repository,
                "--trust",
                _repository.Trust,
                "--recipe",
                Bench["recipe"],
                "--source",
                "x"
            )
            .FailsWith(2, "each package's source is fetched");
        Bench.Run("reproduce", "--recipe", Bench["recipe"]).FailsWith(2, "missing argument PACKAGE");
        Bench.Run("reproduce", "x", "--recipe", Bench["recipe"]).Fails("missing required option --source DIR");
    }

    private RunResult Reproduce() => Run("--verdict-key", _key, "--verdicts", Bench["verdicts"]);

    private RunResult Run(params string[] more) =>
        Bench.Run([
            "reproduce",
            Bench["out/" + Name],
            "--recipe",
            Bench["recipe"],
            "--source",
            Bench["source"],
            .. more,
        ]);

    private RunResult Repository(params string[] more) =>
        Bench.Run([
            "reproduce",
            "--url",
            _repository.Repository,
            "--trust",
            _repository.Trust,
            "--recipe",
            Bench["recipe"],
            "--verdict-key",
            _key,
            "--verdicts",
            Bench["verdicts"],
            .. more,
        ]);

    private RebuildVerdict Only()
    {
        string file = Directory.GetFiles(Bench["verdicts"]).Single();
        RebuildVerdict verdict = RebuildVerdict.Read(File.ReadAllBytes(file));
        Assert.Equal(Name + SiblingNames.Verdict(verdict.Rebuilder.Fingerprint), Path.GetFileName(file));
        return verdict;
    }
}
