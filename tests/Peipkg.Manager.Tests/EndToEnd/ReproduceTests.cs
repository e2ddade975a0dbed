using System.Diagnostics;
using System.Text.Json;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>A farm that builds again what it has published, and says what came of it.</summary>
[Trait("Speed", "slow")]
public sealed class ReproduceTests : IDisposable
{
    private const long Day = 86_400_000;
    private const string OddTrouble = "reproduce:odd@1.0-1";

    private readonly TestFarm _farm = new();

    public void Dispose() => _farm.Dispose();

    private string Mood => _farm["mood"];

    private string Block => _farm["block"];

    private void PerDay(int number) => File.AppendAllText(_farm["config.toml"], $"[reproduce]\nper_day = {number}\n");

    // What its script reads is on no list: what it makes depends on the machine.
    private void AddOdd()
    {
        File.WriteAllText(Mood, "good\n");
        _farm.AddRecipe(
            "odd",
            "oddity",
            $"mkdir -p \"$DESTDIR/usr/share/oddity\"; cp {Mood} \"$DESTDIR/usr/share/oddity/mood\"",
            doc: false
        );
    }

    // Builds of 1.0 wait while a file says so, and say that they do.
    private void AddSlow() =>
        _farm.AddRecipe(
            "slow",
            "slow",
            $"while [ -e {Block} ] && grep -q 'hello 1.0' \"$SOURCE_DIR/greeting\"; do touch {_farm["blocked"]}; sleep 0.05; done",
            doc: false
        );

    private void Sweep()
    {
        (int exit, string log) = _farm.Once();
        Assert.True(exit == 0, log);
    }

    private void NextDay()
    {
        using ManagerDatabase database = ManagerDatabase.Open(_farm["state/manager.db"]);
        database.Write(session =>
        {
            session.Execute(
                "UPDATE attempt SET started_at = started_at - $day, ended_at = ended_at - $day WHERE reason = 'reproduce'",
                ("$day", Day)
            );
            session.Execute(
                "UPDATE reproduction SET judged_at = judged_at - $day, next_attempt = next_attempt - $day",
                ("$day", Day)
            );
        });
    }

    private IReadOnlyList<AttemptRecord> Attempts()
    {
        using ManagerDatabase database = ManagerDatabase.Open(_farm["state/manager.db"]);
        return [.. new AttemptStore(database).Latest(null, null, 1000).Where(a => a.Reason == "reproduce").Reverse()];
    }

    private string Ask(params string[] arguments)
    {
        ProcessStartInfo start = new(Tools.Manager, [.. arguments, "--config", _farm["config.toml"]])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = _farm.Search;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private JsonElement Status()
    {
        using JsonDocument document = JsonDocument.Parse(Ask("status", "--json"));
        return document.RootElement.Clone();
    }

    private JsonElement? Trouble(string key) =>
        Status().GetProperty("troubles").EnumerateArray().Where(t => t.GetProperty("key").GetString() == key).ToList()
            is [var trouble]
            ? trouble
            : null;

    private IReadOnlyList<string> Packages() =>
        [
            .. Directory
                .EnumerateFiles(_farm["state/repo/p"], "*", SearchOption.AllDirectories)
                .Where(file =>
                    file.EndsWith(".peipkg", StringComparison.Ordinal)
                    || file.EndsWith(".attestation.json", StringComparison.Ordinal)
                )
                .Select(file => $"{Path.GetFileName(file)} {Sha256Digest.Of(File.ReadAllBytes(file))}")
                .Order(StringComparer.Ordinal),
        ];

    private RebuildOutcome VerdictOn(string package)
    {
        string file = _farm[$"state/repo/p/{package}/1.0-1/{package}_1.0-1_noarch.peipkg"];
        return RebuildVerdicts
            .Read(File.ReadAllBytes(file + SiblingNames.Rebuilds), Sha256Digest.Of(File.ReadAllBytes(file)))
            .Single()
            .Outcome;
    }

    [Fact]
    public void In_a_month_everything_is_reproduced_in_turn_and_what_differs_is_told_until_it_does_no_more()
    {
        AddOdd();
        _farm.AddRecipe("hello", "greeting");
        PerDay(1);
        _farm.Release("1.0");
        Sweep();
        IReadOnlyList<string> published = Packages();
        IReadOnlyList<string> offered = _farm.Published();
        HashSet<ulong> generations = [];
        for (int day = 1; day <= 30; day++)
        {
            File.WriteAllText(Mood, day is > 10 and <= 20 ? "bad\n" : "good\n");
            NextDay();
            Sweep();
            generations.Add(_farm.Generation);
            if (day is 10 or 30)
            {
                Assert.Null(Trouble(OddTrouble));
                Assert.Equal(RebuildOutcome.Identical, VerdictOn("oddity"));
            }
            else if (day == 20)
            {
                JsonElement trouble = Trouble(OddTrouble)!.Value;
                Assert.Contains(
                    "changed: usr/share/oddity/mood",
                    trouble.GetProperty("text").GetString(),
                    StringComparison.Ordinal
                );
                string remedy = trouble.GetProperty("remedy").GetString()!;
                Assert.StartsWith("peipkg-manager log ", remedy, StringComparison.Ordinal);
                string log = Ask("log", remedy.Split(' ')[^1]);
                Assert.Matches("- .*good", log);
                Assert.Matches(@"\+ .*bad", log);
                JsonElement reproduced = Status().GetProperty("reproduced");
                Assert.Equal(2, reproduced.GetProperty("published").GetInt32());
                Assert.Equal(1, reproduced.GetProperty("identical").GetInt32());
                Assert.Equal(1, reproduced.GetProperty("different").GetInt32());
                Assert.Contains("1 of 2, 1 differs", Ask("status"), StringComparison.Ordinal);
                Assert.Matches("odd .* different ", Ask("recipes"));
                Assert.Equal(RebuildOutcome.Different, VerdictOn("oddity"));
                Assert.Contains(
                    "rebuilt with other bytes by",
                    TestFarm.RunTool(Tools.Repo, "show", "oddity", "--provenance", "--repo", _farm["state/repo"]),
                    StringComparison.Ordinal
                );
            }
        }

        // One a day, each in its turn; nothing that was published has changed, and builds count as before.
        Assert.Equal(31, Attempts().Count);
        Assert.InRange(Attempts().Count(a => a.Recipe == "odd"), 15, 16);
        Assert.Equal(published, Packages());
        Assert.Equal(offered, _farm.Published());
        Assert.Equal(RebuildOutcome.Identical, VerdictOn("greeting"));
        Assert.Equal(RebuildOutcome.Identical, VerdictOn("greeting-doc"));
        Assert.InRange(generations.Count, 3, 4);
        _farm.Verify();
        using ManagerDatabase database = ManagerDatabase.Open(_farm["state/manager.db"]);
        Assert.Equal([new AttemptCount("done", "", 2)], new AttemptStore(database).CountByResult());
        Assert.Empty(new BuildStore(database).Failing());
    }

    [Fact]
    public async Task What_differs_is_on_the_pages_until_it_is_acknowledged_and_what_cannot_be_built_any_more_is_told_too()
    {
        _farm.Configure(http: "addr = \"127.0.0.1:0\"");
        AddOdd();
        PerDay(1);
        _farm.Release("1.0");
        Sweep();
        File.WriteAllText(Mood, "bad\n");
        NextDay();
        Sweep();
        using (ManagerProcess manager = _farm.Start())
        {
            using HttpClient client = new();
            string farm = await client.GetStringAsync(new Uri(manager.Address, "/"));
            Assert.Contains("0 of 1, 1 differs", farm, StringComparison.Ordinal);
            Assert.Contains($"id=\"trouble-{OddTrouble}\"", farm, StringComparison.Ordinal);
            Assert.Contains("<a href=\"/builds/3\">attempt 3</a>", farm, StringComparison.Ordinal);
            string recipe = await client.GetStringAsync(new Uri(manager.Address, "/recipes/odd"));
            Assert.Contains("<dt>Reproduced</dt><dd>1.0-1: different ", recipe, StringComparison.Ordinal);
            Assert.Matches("- .*good", await client.GetStringAsync(new Uri(manager.Address, "/builds/3")));
            string metrics = await client.GetStringAsync(new Uri(manager.Address, "/metrics"));
            Assert.Contains(
                "peipkg_reproduced_versions{verdict=\"different\"} 1.0\n",
                metrics,
                StringComparison.Ordinal
            );
            Assert.Contains(
                "peipkg_reproduced_versions{verdict=\"identical\"} 0.0\n",
                metrics,
                StringComparison.Ordinal
            );
            manager.Signal("TERM");
            Assert.Equal(0, manager.WaitForExit());
        }

        Ask("ack", OddTrouble, "--reason", "known");
        Assert.Equal("known", Trouble(OddTrouble)!.Value.GetProperty("acknowledged").GetString());
        File.Delete(Mood);
        NextDay();
        Sweep();
        Assert.Contains(
            "could not be built",
            Trouble(OddTrouble)!.Value.GetProperty("text").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(RebuildOutcome.Unbuildable, VerdictOn("oddity"));
        Assert.Equal(["done", "failed", "failed"], Attempts().Select(a => a.Result!));
        Assert.Empty(Status().GetProperty("failures").EnumerateObject());
    }

    [Fact]
    public void Without_the_section_and_with_none_a_day_nothing_is_built_again()
    {
        _farm.AddRecipe("hello", "greeting");
        _farm.Release("1.0");
        Sweep();
        PerDay(0);
        Sweep();
        Assert.Empty(Attempts());
        Assert.False(File.Exists(_farm["state/verdict-key.pem"]));
        Assert.Equal(JsonValueKind.Null, Status().GetProperty("reproduced").ValueKind);
        Assert.DoesNotContain("reproduced", Ask("status"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_changed_recipe_made_is_passed_over()
    {
        _farm.AddRecipe("hello", "greeting");
        _farm.Release("1.0");
        Sweep();
        File.AppendAllText(_farm["recipes/hello/build.sh"], "# another word\n");
        PerDay(1);
        Sweep();
        Assert.Empty(Attempts());
        Assert.Contains("its recipe has changed since", Ask("recipes", "--json"), StringComparison.Ordinal);
        Assert.Equal(0, Status().GetProperty("reproduced").GetProperty("identical").GetInt32());
        Assert.DoesNotContain(
            Status().GetProperty("troubles").EnumerateArray(),
            t => t.GetProperty("key").GetString()!.StartsWith("reproduce", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_farm_that_is_killed_while_it_builds_again_goes_on_where_it_was()
    {
        AddSlow();
        _farm.Release("1.0");
        Sweep();
        IReadOnlyList<string> published = Packages();
        PerDay(1);
        File.WriteAllText(Block, "");
        using (ManagerProcess manager = _farm.Start())
        {
            manager.WaitUntil(() => File.Exists(_farm["blocked"]), "a build that is made again");
            Assert.Equal("True", Status().GetProperty("running")[0].GetProperty("reproduces").ToString());
            manager.Kill();
            manager.WaitForExit();
        }

        File.Delete(Block);
        Sweep();
        Assert.Equal(["interrupted", "done"], Attempts().Select(a => a.Result!));
        Assert.Equal(RebuildOutcome.Identical, VerdictOn("slow"));
        Assert.Equal(published, Packages());
        Assert.Empty(_farm.Children());
        _farm.Verify();
    }

    [Fact]
    public void What_is_wanted_takes_the_place_of_what_is_built_again()
    {
        File.AppendAllText(_farm["config.toml"], "[build]\nparallel = 1\n");
        AddSlow();
        _farm.Release("1.0");
        Sweep();
        PerDay(1);
        File.WriteAllText(Block, "");
        using ManagerProcess manager = _farm.Start();
        manager.WaitUntil(() => File.Exists(_farm["blocked"]), "a build that is made again");
        _farm.AddRecipe("hello", "greeting", doc: false);
        Ask("reload");
        manager.WaitUntil(() => _farm.Published().Contains("greeting 1.0-1"), "what is wanted");
        manager.WaitUntil(
            () => Attempts() is [{ Recipe: "slow", Result: "interrupted" }, { Recipe: "hello", Result: "done" }],
            "the same of what was published meanwhile"
        );
        Assert.Empty(Status().GetProperty("failures").EnumerateObject());
    }

    [Fact]
    public void It_is_built_again_in_another_pool_and_a_pool_that_cannot_build_is_no_verdict()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        AddPool("first", "true");
        _farm.Release("1.0");
        Sweep();
        AddPool("second", $"test ! -e {_farm["broken"]} || exit 7");
        PerDay(1);
        File.WriteAllText(_farm["broken"], "");
        Sweep();
        AttemptRecord failed = Assert.Single(Attempts());
        Assert.Equal(("second", "failed", "infrastructure"), (failed.Pool, failed.Result, failed.Cause));
        Assert.Null(Trouble("reproduce:hello@1.0-1"));
        Assert.False(Directory.Exists(_farm["state/verdicts"]));

        File.Delete(_farm["broken"]);
        Sweep();
        Assert.Single(Attempts());
        NextDay();
        Sweep();
        Assert.Equal(["second failed", "second done"], Attempts().Select(a => $"{a.Pool} {a.Result}"));
        Assert.Equal(RebuildOutcome.Identical, VerdictOn("greeting"));
    }

    private void AddPool(string name, string before)
    {
        string launcher = _farm["launch-" + name];
        File.WriteAllText(launcher, $"#!/bin/sh\n{before}\ncd \"$1\" && xargs -0 peipkg-build < job.args || exit 1\n");
        File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.AppendAllText(
            _farm["config.toml"],
            $"[[pool]]\nname = \"{name}\"\nlauncher = [\"{launcher}\", \"{{workdir}}\"]\n"
        );
    }
}
