using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Manager.Building;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.Watching;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Watching;

public class QueuePolicyTests
{
    private static readonly string A = new('a', 40);

    private static RosterEntry RecipeWith(
        string upstream = "",
        int revision = 1,
        string watch = "",
        string tagPattern = "^(?:v|release-)?([0-9a-z.~]+)$"
    ) =>
        new(
            "zlib",
            WatchedRecipe.Read(
                TomlFile.Parse(
                    Encoding.UTF8.GetBytes(
                        $$"""
                        [[package]]
                        name = "libz"
                        architecture = "x86_64"
                        [[package]]
                        name = "libz-dev"
                        architecture = "x86_64"
                        [upstream]
                        git = "https://host/zlib"
                        tag_pattern = "{{tagPattern}}"
                        peios_revision = {{revision}}
                        {{upstream}}
                        [watch]
                        {{watch}}

                        """
                    ),
                    "peipkg.toml"
                )
            )
        );

    private static ListedTag Tag(string name, string? id = null) => new(name, id ?? A, id ?? A);

    private static VersionSelection Select(RosterEntry recipe, params string[] tags) =>
        VersionSelection.From([.. tags.Select(t => Tag(t))], recipe.Document.Upstream!, []);

    private static PublishedPackages Published(params string[] packages) =>
        new(
            7,
            Timestamp.FromUnixSeconds(0),
            [
                .. packages.Select(text =>
                {
                    string[] parts = text.Split(' ');
                    Architecture architecture = parts.Length > 2 ? Architecture.Parse(parts[2]) : Architecture.X86_64;
                    return (
                        PackageName.Parse(parts[0]),
                        architecture,
                        new PublishedVersion(PackageVersion.Parse(parts[1]), default(Sha256Digest))
                    );
                }),
            ]
        );

    private static BuildRecord Build(string version, BuildState state, string? id = null, string? tag = null) =>
        new()
        {
            Id = 1,
            Recipe = "zlib",
            Version = version,
            Tag = tag ?? "v" + version.Split('-')[0],
            ObjectId = id ?? A,
            CommitId = id ?? A,
            Reason = BuildReason.Poll,
            State = state,
        };

    private static QueueSituation Situation(RosterEntry recipe, params string[] tags) =>
        new()
        {
            Recipe = recipe,
            Candidates = Select(recipe, tags).Candidates,
            Published = Published(),
            Builds = [],
            Reason = BuildReason.Poll,
        };

    private static QueuePlan Plan(
        RosterEntry recipe,
        PublishedPackages published,
        IReadOnlyList<BuildRecord> known,
        params string[] tags
    ) => QueuePolicy.Plan(Situation(recipe, tags) with { Published = published, Builds = known });

    [Fact]
    public void Of_tags_whose_versions_are_equal_the_one_that_was_built_stays()
    {
        RosterEntry recipe = RecipeWith();
        BuildRecord built = new()
        {
            Id = 1,
            Recipe = recipe.Name,
            Version = "1.0-1",
            Tag = "v1.0",
            ObjectId = A,
            CommitId = A,
            Reason = BuildReason.Poll,
            State = BuildState.Done,
        };
        ListedTag[] tags = [Tag("1.0"), Tag("v1.0")];
        Assert.Equal(
            "1.0",
            Assert.Single(VersionSelection.From(tags, recipe.Document.Upstream!, []).Candidates).Tag.Name
        );
        VersionSelection selection = VersionSelection.From(tags, recipe.Document.Upstream!, [built]);
        Assert.Equal("v1.0", Assert.Single(selection.Candidates).Tag.Name);
        Assert.Equal("1.0", Assert.Single(selection.Skipped).Tag.Name);
        ListedTag[] spellings = [Tag("v1.1-rc.1"), Tag("v1.1-rc1")];
        BuildRecord spelled = built with { Tag = "v1.1-rc1", Version = "1.1-rc1-1" };
        Upstream loose = RecipeWith(tagPattern: "^v?([0-9.]+(?:-rc\\\\.?[0-9]+)?)$").Document.Upstream!;
        Assert.Equal("v1.1-rc.1", Assert.Single(VersionSelection.From(spellings, loose, []).Candidates).Tag.Name);
        Assert.Equal("v1.1-rc1", Assert.Single(VersionSelection.From(spellings, loose, [spelled]).Candidates).Tag.Name);
        BuildRecord passedOver = built with { State = BuildState.Skipped };
        Assert.Equal(
            "1.0",
            Assert.Single(VersionSelection.From(tags, recipe.Document.Upstream!, [passedOver]).Candidates).Tag.Name
        );
    }

    [Fact]
    public void Versions_come_newest_first_by_precedence_not_by_text() =>
        Assert.Equal(
            ["1.10-1", "1.9-1", "1.9~rc1-1"],
            Select(RecipeWith(), "v1.9", "v1.10", "v1.9~rc1").Candidates.Select(c => c.Version.Text)
        );

    [Fact]
    public void Tags_older_than_min_version_or_not_matching_are_passed_over_silently()
    {
        VersionSelection selection = Select(RecipeWith("min_version = \"1.5\""), "v1.4", "v1.5", "v1.6", "nightly-X");
        Assert.Equal(["1.6-1", "1.5-1"], selection.Candidates.Select(c => c.Version.Text));
        Assert.Empty(selection.Skipped);
        Assert.Equal([new SkippedTag(Tag("v1.4"), "it is older than min_version 1.5")], selection.Unwanted);
    }

    [Theory]
    [InlineData("max_version = \"1.5\"", "1.5-1 1.4~rc1-1 1.4-1 1.3-1", "v1.6: it is newer than max_version 1.5")]
    [InlineData(
        "prerelease = false",
        "1.6-1 1.5-1 1.4-1 1.3-1",
        "v1.4~rc1: it is a pre-release, and prerelease = false"
    )]
    [InlineData(
        "reject_tags = [\"v1.3\", \"*6\"]",
        "1.5-1 1.4~rc1-1 1.4-1",
        "v1.3: reject_tags has \"v1.3\"; v1.6: reject_tags has \"*6\""
    )]
    public void A_recipe_rules_out_versions_each_with_its_reason(string line, string wanted, string unwanted)
    {
        VersionSelection selection = Select(RecipeWith(line), "v1.3", "v1.4", "v1.4~rc1", "v1.5", "v1.6");
        Assert.Equal(wanted.Split(' ').Order(), selection.Candidates.Select(c => c.Version.Text).Order());
        Assert.Equal(unwanted, string.Join("; ", selection.Unwanted.Select(u => $"{u.Tag.Name}: {u.Why}")));
    }

    [Fact]
    public void A_tag_whose_version_is_not_valid_is_skipped_and_said() =>
        Assert.Equal(["v.1"], Select(RecipeWith(), "v.1", "v1.0").Skipped.Select(s => s.Tag.Name));

    [Fact]
    public void Of_tags_whose_versions_compare_equal_the_first_by_name_is_taken_whatever_their_order()
    {
        foreach (
            string[] order in (string[][])
                [
                    ["v1.0", "1.0", "release-1.0"],
                    ["release-1.0", "v1.0", "1.0"],
                ]
        )
        {
            VersionSelection selection = Select(RecipeWith(), order);
            Assert.Equal(["1.0"], selection.Candidates.Select(c => c.Tag.Name));
            Assert.Equal(
                ["release-1.0", "v1.0"],
                selection.Skipped.Select(s => s.Tag.Name).Order(StringComparer.Ordinal)
            );
        }

        Assert.Equal(["v1.0~a"], Select(RecipeWith(), "v1.0~alpha", "v1.0~a").Candidates.Select(c => c.Tag.Name));
    }

    [Fact]
    public void What_the_stanzas_would_produce_decides_not_the_recipes_name()
    {
        RosterEntry recipe = RecipeWith();
        Assert.Empty(Plan(recipe, Published("libz 1.0-1", "libz-dev 1.0-1"), [], "v1.0").Queue);
        Assert.Single(Plan(recipe, Published("zlib 1.0-1"), [], "v1.0").Queue);
    }

    [Fact]
    public void A_version_published_in_part_is_completed()
    {
        QueueEntry entry = Assert.Single(Plan(RecipeWith(), Published("libz 1.0-1"), [], "v1.0").Queue);
        Assert.Equal("1 of 2 packages are published; the version is completed", entry.Detail);
    }

    [Fact]
    public void A_version_published_under_an_equal_spelling_is_published() =>
        Assert.Empty(Plan(RecipeWith(), Published("libz 1.0~alpha-1", "libz-dev 1.0~alpha-1"), [], "v1.0~a").Queue);

    [Fact]
    public void A_bumped_revision_rebuilds_and_says_so()
    {
        QueueEntry entry = Assert.Single(
            Plan(RecipeWith(revision: 2), Published("libz 1.0-1", "libz-dev 1.0-1"), [], "v1.0").Queue
        );
        Assert.Equal(("1.0-2", BuildReason.Revision), (entry.Version, entry.Reason));
    }

    [Fact]
    public void Stories_under_way_or_waiting_are_left_alone()
    {
        foreach (
            BuildState state in (BuildState[])
                [
                    BuildState.Queued,
                    BuildState.Fetching,
                    BuildState.Building,
                    BuildState.Publishing,
                    BuildState.Failed,
                    BuildState.Syncing,
                ]
        )
        {
            QueuePlan plan = Plan(RecipeWith(), Published(), [Build("1.0-1", state)], "v1.0");
            Assert.Empty(plan.Queue);
            Assert.Empty(plan.Close);
        }
    }

    [Fact]
    public void A_tag_that_moved_before_it_was_built_is_queued_with_its_new_object() =>
        Assert.Single(
            Plan(RecipeWith(), Published(), [Build("1.0-1", BuildState.Failed, new string('b', 40))], "v1.0").Queue
        );

    [Fact]
    public void A_tag_that_moved_after_it_was_published_is_never_rebuilt() =>
        Assert.Empty(
            Plan(
                RecipeWith(),
                Published("libz 1.0-1", "libz-dev 1.0-1"),
                [Build("1.0-1", BuildState.Done, new string('b', 40))],
                "v1.0"
            ).Queue
        );

    [Fact]
    public void Nothing_of_a_moved_tag_completes_or_replaces_what_was_made_of_it_before()
    {
        BuildRecord build = Build("1.0-1", BuildState.Done, new string('b', 40));
        Assert.Empty(Plan(RecipeWith(), Published("libz 1.0-1"), [build], "v1.0").Queue);
        Assert.Empty(Plan(RecipeWith(), Published(), [build], "v1.0").Queue);

        // Tagged again with another message, it is the same source.
        Assert.Single(Plan(RecipeWith(), Published("libz 1.0-1"), [build with { CommitId = A }], "v1.0").Queue);
    }

    [Fact]
    public void A_new_revision_says_when_its_tag_has_moved_since_the_former_one()
    {
        PublishedPackages published = Published("libz 1.0-1", "libz-dev 1.0-1");
        string moved = Assert
            .Single(
                Plan(
                    RecipeWith(revision: 2),
                    published,
                    [Build("1.0-1", BuildState.Done, new string('b', 40))],
                    "v1.0"
                ).Queue
            )
            .Detail;
        Assert.Equal("its tag moved since 1.0-1 was built from it, so the source is another", moved);
        Assert.Empty(
            Assert
                .Single(Plan(RecipeWith(revision: 2), published, [Build("1.0-1", BuildState.Done)], "v1.0").Queue)
                .Detail
        );
    }

    [Fact]
    public void What_was_done_and_is_missing_from_the_repository_is_built_again() =>
        Assert.Single(Plan(RecipeWith(), Published(), [Build("1.0-1", BuildState.Done)], "v1.0").Queue);

    [Fact]
    public void Waiting_stories_that_no_tag_gives_any_more_are_closed() =>
        Assert.Equal(
            BuildState.Skipped,
            Assert
                .Single(Plan(RecipeWith(revision: 2), Published(), [Build("1.0-1", BuildState.Failed)], "v1.0").Close)
                .State
        );

    [Fact]
    public void Waiting_stories_that_were_published_by_hand_are_closed() =>
        Assert.Equal(
            BuildState.Done,
            Assert
                .Single(
                    Plan(
                        RecipeWith(),
                        Published("libz 1.0-1", "libz-dev 1.0-1"),
                        [Build("1.0-1", BuildState.Queued)],
                        "v1.0"
                    ).Close
                )
                .State
        );

    [Fact]
    public void Publishing_comes_first_then_the_recipe_that_waited_longest_then_its_highest_version()
    {
        BuildRecord[] due =
        [
            Build("1.9-1", BuildState.Queued) with
            {
                Id = 1,
                Recipe = "a",
            },
            Build("1.10-1", BuildState.Queued) with
            {
                Id = 2,
                Recipe = "a",
            },
            Build("1.0-1", BuildState.Queued) with
            {
                Id = 3,
                Recipe = "b",
            },
            Build("0.1-1", BuildState.Publishing) with
            {
                Id = 4,
                Recipe = "a",
            },
        ];
        Dictionary<string, DateTimeOffset> started = new() { ["a"] = ManualClock.Noon };
        Assert.Equal(4, BuildChoice.Next(due, started, _ => true)!.Id);
        Assert.Equal(3, BuildChoice.Next(due[..3], started, _ => true)!.Id);
        Assert.Equal(2, BuildChoice.Next(due[..2], started, _ => true)!.Id);
        Assert.Null(BuildChoice.Next([], started, _ => true));
        Assert.Equal(2, BuildChoice.Next(due[..3], started, recipe => recipe != "b")!.Id);
        Assert.Null(BuildChoice.Next(due[..3], started, _ => false));
        Assert.Equal(4, BuildChoice.Next(due, started, _ => false)!.Id);
    }

    private static readonly Dictionary<string, DateTimeOffset> SeenAtNoon = new[]
    {
        "v1.0",
        "v1.1",
        "v1.2",
    }.ToDictionary(t => t, _ => ManualClock.Noon);

    [Theory]
    [InlineData("backfill = \"latest\"", "1.2-1", 2)]
    [InlineData("backfill = 2", "1.2-1 1.1-1", 1)]
    [InlineData("backfill = 0", "", 3)]
    [InlineData("backfill = \"all\"", "1.2-1 1.1-1 1.0-1", 0)]
    [InlineData("", "1.2-1 1.1-1 1.0-1", 0)]
    public void First_contact_queues_as_many_as_backfill_says_newest_first(string watch, string queued, int passedOver)
    {
        QueuePlan plan = QueuePolicy.Plan(Situation(RecipeWith(watch: watch), "v1.0", "v1.1", "v1.2"));
        Assert.Equal(queued, string.Join(' ', plan.Queue.Select(e => e.Version)));
        Assert.Equal(passedOver, plan.Skip.Count);
        Assert.All(plan.Skip, e => Assert.Contains("at first contact", e.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void Backfill_says_nothing_about_tags_that_come_later_even_of_older_versions()
    {
        QueueSituation situation = Situation(
            RecipeWith(watch: "backfill = \"latest\""),
            "v1.0",
            "v1.1",
            "v1.2",
            "v1.1.1"
        ) with
        {
            FirstContact = ManualClock.Noon,
            FirstSeen = SeenAtNoon.Append(KeyValuePair.Create("v1.1.1", ManualClock.Noon.AddHours(1))).ToDictionary(),
        };
        Assert.Equal(["1.2-1", "1.1.1-1"], QueuePolicy.Plan(situation).Queue.Select(e => e.Version));
    }

    [Fact]
    public void A_bumped_revision_rebuilds_what_was_published_whatever_backfill_says()
    {
        QueueSituation situation = Situation(
            RecipeWith(revision: 2, watch: "backfill = \"latest\""),
            "v1.0",
            "v1.1",
            "v1.2"
        ) with
        {
            FirstContact = ManualClock.Noon,
            FirstSeen = SeenAtNoon,
            Published = Published("libz 1.0-1", "libz-dev 1.0-1", "libz 1.2-1", "libz-dev 1.2-1"),
        };
        Assert.Equal(["1.2-2", "1.0-2"], QueuePolicy.Plan(situation).Queue.Select(e => e.Version));
    }

    [Fact]
    public void What_an_operator_decided_is_not_undone_by_a_poll()
    {
        foreach (BuildHold hold in (BuildHold[])[BuildHold.Cancelled, BuildHold.Rejected])
        {
            QueuePlan plan = Plan(
                RecipeWith(),
                Published(),
                [Build("1.0-1", BuildState.Skipped, new string('b', 40)) with { Hold = hold }],
                "v1.0"
            );
            Assert.Empty(plan.Queue);
        }

        QueuePlan asked = QueuePolicy.Plan(
            Situation(RecipeWith(watch: "backfill = 0"), "v1.0") with
            {
                Builds = [Build("1.0-1", BuildState.Queued) with { Reason = BuildReason.Operator }],
            }
        );
        Assert.Empty(asked.Close);
    }

    [Fact]
    public void What_was_given_up_is_queued_again_when_its_recipe_or_its_tag_changed()
    {
        BuildRecord build = Build("1.0-1", BuildState.Failed) with
        {
            Hold = BuildHold.GivenUp,
            Cause = FailureCause.Recipe,
            Failures = 8,
            RecipeDigest = "old",
        };
        QueueSituation situation = Situation(RecipeWith(), "v1.0") with { Builds = [build] };
        Assert.Empty(QueuePolicy.Plan(situation with { RecipeDigest = "old" }).Queue);
        Assert.Empty(QueuePolicy.Plan(situation with { RecipeDigest = null }).Queue);
        Assert.Equal(
            "the recipe changed since it failed",
            Assert.Single(QueuePolicy.Plan(situation with { RecipeDigest = "new" }).Queue).Detail
        );
        Assert.Single(
            QueuePolicy
                .Plan(situation with { Builds = [build with { ObjectId = new string('b', 40) }], RecipeDigest = "old" })
                .Queue
        );
    }

    [Fact]
    public void A_version_published_for_another_architecture_is_not_built_until_the_revision_is_raised()
    {
        QueuePlan plan = Plan(RecipeWith(), Published("libz 1.0-1 noarch", "libz-dev 1.0-1 noarch"), [], "v1.0");
        Assert.Empty(plan.Queue);
        Assert.Equal(
            "libz 1.0-1 is published for noarch, and the recipe makes it for x86_64 now; raise peios_revision to publish it anew",
            Assert.Single(plan.Skip).Detail
        );
        plan = Plan(RecipeWith(), Published("libz 1.0-1 noarch"), [Build("1.0-1", BuildState.Failed)], "v1.0");
        Assert.Equal(BuildState.Skipped, Assert.Single(plan.Close).State);
        Assert.Single(Plan(RecipeWith(), Published("libz 1.0-1 noarch", "libz 1.1-1"), [], "v1.0").Queue);
        Assert.Single(Plan(RecipeWith(revision: 2), Published("libz 1.0-1 noarch"), [], "v1.0").Queue);
    }

    [Fact]
    public void A_poll_says_why_it_queued_nothing()
    {
        RosterEntry recipe = RecipeWith("min_version = \"1.1\"");
        VersionSelection selection = Select(recipe, "v1.0", "v1.1", "v1.2", "nightly-X");
        QueuePlan plan = QueuePolicy.Plan(
            Situation(recipe, "v1.0", "v1.1", "v1.2") with
            {
                Published = Published("libz 1.1-1", "libz-dev 1.1-1"),
                Builds = [Build("1.2-1", BuildState.Failed)],
            }
        );
        Assert.Equal(
            "nothing new: 1 published, 1 waiting after a failure, 1 ruled out by the recipe, 1 not matching tag_pattern",
            PollOutcome.Describe(recipe.Document.Upstream!, 4, selection, plan, [Build("1.2-1", BuildState.Failed)])
        );
        Assert.Equal(
            "the upstream has no tags",
            PollOutcome.Describe(recipe.Document.Upstream!, 0, Select(recipe), QueuePolicy.Plan(Situation(recipe)), [])
        );
    }

    [Fact]
    public void A_failure_whose_tag_was_deleted_is_closed_also_when_an_operator_asked_for_it()
    {
        BuildRecord build = Build("1.0-1", BuildState.Failed) with
        {
            Reason = BuildReason.Operator,
            Hold = BuildHold.GivenUp,
        };
        Assert.Equal(BuildState.Skipped, Assert.Single(Plan(RecipeWith(), Published(), [build], "v2.0").Close).State);
        Assert.Empty(Plan(RecipeWith(), Published(), [build], "v1.0").Close);
    }
}
