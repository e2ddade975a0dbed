using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using static Peipkg.Repo.Tests.Indexing.Rows;

namespace Peipkg.Repo.Tests.Indexing;

public class PublishPlanTests
{
    private static readonly Timestamp Now = Timestamp.Parse("2026-01-01T00:00:00Z");

    [Fact]
    public void The_archive_is_sorted_by_name_then_from_new_to_old()
    {
        PublishPlan plan = Plan(
            [Row("aa", "1.0-1"), Row("cc", "2.0-1")],
            Row("cc", "10.0-1"),
            Row("bb", "1.0-1"),
            Row("cc", "3.0~rc1-1"),
            Row("aa", "0.9-1")
        );
        Assert.Equal(
            ["aa 1.0-1", "aa 0.9-1", "bb 1.0-1", "cc 10.0-1", "cc 3.0~rc1-1", "cc 2.0-1"],
            plan.Archive.Select(static row => $"{row.Name} {row.Version}")
        );
        Assert.Equal(
            ["aa 1.0-1", "bb 1.0-1", "cc 10.0-1"],
            plan.Active.Select(static row => $"{row.Name} {row.Version}")
        );
        Assert.Empty(plan.Refusals);
    }

    [Fact]
    public void The_same_package_again_is_refused()
    {
        PublishPlan plan = Plan([Row("aa", "1.0-1")], Row("aa", "1.0-1"));
        Refusal refusal = Assert.Single(plan.Refusals);
        Assert.Equal(IntakeRule.AlreadyPublished, refusal.Rule);
        Assert.Contains("--skip-existing", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_package_with_other_bytes_is_refused_with_another_remedy()
    {
        PublishPlan plan = Plan([Row("aa", "1.0-1")], Row("aa", "1.0-1", bytes: "other"));
        Refusal refusal = Assert.Single(plan.Refusals);
        Assert.Equal(IntakeRule.AlreadyPublished, refusal.Rule);
        Assert.Contains("higher revision", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_version_for_another_architecture_is_accepted() =>
        Assert.Empty(Plan([Row("aa", "2.0-1"), Row("aa", "1.0-1")], Row("aa", "1.0-1", "aarch64")).Refusals);

    [Fact]
    public void A_highest_version_for_two_architectures_is_refused()
    {
        PublishPlan plan = Plan([Row("aa", "1.0-1")], Row("aa", "1.0-1", "aarch64"));
        Refusal refusal = Assert.Single(plan.Refusals);
        Assert.Equal(IntakeRule.TwoArchitectures, refusal.Rule);
        Assert.Equal("new/aa_1.0-1_aarch64.peipkg", refusal.File);
    }

    [Fact]
    public void A_highest_version_for_two_architectures_among_the_new_is_refused() =>
        Assert.Equal(
            IntakeRule.TwoArchitectures,
            Assert.Single(Plan([], Row("aa", "1.0-1", "aarch64"), Row("aa", "1.0-1")).Refusals).Rule
        );

    [Fact]
    public void An_equal_version_in_another_spelling_is_refused()
    {
        PublishPlan plan = Plan([Row("aa", "1.0~alpha-1")], Row("aa", "1.0~a-1"));
        Refusal refusal = Assert.Single(plan.Refusals);
        Assert.Equal(IntakeRule.EqualVersion, refusal.Rule);
        Assert.Contains("1.0~alpha-1, which is already published", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_equal_version_for_another_architecture_is_refused_below_the_highest_too() =>
        Assert.Equal(
            IntakeRule.EqualVersion,
            Assert.Single(Plan([Row("aa", "2.0-1"), Row("aa", "1.0-1")], Row("aa", "1.00-1", "aarch64")).Refusals).Rule
        );

    [Fact]
    public void Of_equal_versions_among_the_new_one_is_refused_naming_the_other()
    {
        PublishPlan plan = Plan([], Row("aa", "1.0-1"), Row("aa", "1.00-1"));
        Refusal refusal = Assert.Single(plan.Refusals);
        Assert.Equal((IntakeRule.EqualVersion, "new/aa_1.00-1_x86_64.peipkg"), (refusal.Rule, refusal.File));
        Assert.Contains("is in new/aa_1.0-1_x86_64.peipkg", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_versions_are_found_with_another_between_them()
    {
        // 1.0~foo < 1.0 < 1.0foo, and yet the outer two compare equal.
        PublishPlan plan = Plan([Row("aa", "1.0-1"), Row("aa", "1.0~foo-1")], Row("aa", "1.0foo-1"));
        Assert.Equal(IntakeRule.EqualVersion, Assert.Single(plan.Refusals).Rule);
    }

    [Fact]
    public void Versions_that_go_in_a_circle_are_refused()
    {
        PublishPlan plan = Plan([Row("aa", "1.0-1"), Row("aa", "1.0~foo2-1")], Row("aa", "1.0foo1-1"));
        Refusal refusal = Assert.Single(plan.Refusals);
        Assert.Equal(IntakeRule.NoOrder, refusal.Rule);
        Assert.Contains("in a circle", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_that_differ_in_precedence_are_accepted() =>
        Assert.Empty(
            Plan([Row("aa", "1.0~alpha-1")], Row("aa", "1.0~b-1"), Row("aa", "1.0-1"), Row("aa", "1:0.1-1")).Refusals
        );

    [Fact]
    public void Two_files_with_the_same_bytes_are_one_package()
    {
        PublishPlan plan = PublishPlan.Create([], [New(Row("aa", "1.0-1"), "x"), New(Row("aa", "1.0-1"), "y")], 2, Now);
        Assert.Empty(plan.Refusals);
        Assert.Equal("x", Assert.Single(plan.Added).File);
    }

    [Fact]
    public void Two_files_of_one_package_with_different_bytes_are_refused()
    {
        PublishPlan plan = PublishPlan.Create(
            [],
            [New(Row("aa", "1.0-1"), "x"), New(Row("aa", "1.0-1", bytes: "other"), "y")],
            2,
            Now
        );
        Refusal refusal = Assert.Single(plan.Refusals);
        Assert.Equal((IntakeRule.Duplicate, "y"), (refusal.Rule, refusal.File));
        Assert.Contains("x", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_packages_with_one_url_are_refused()
    {
        PublishPlan plan = Plan(
            [Row("aa", "2.0-1", url: "/x"), Row("bb", "1.0-1", url: "/y")],
            Row("aa", "1.0-1", url: "/x"),
            Row("cc", "1.0-1", url: "/z"),
            Row("dd", "1.0-1", url: "/z")
        );
        Assert.Equal([IntakeRule.SameUrl, IntakeRule.SameUrl], plan.Refusals.Select(static refusal => refusal.Rule));
    }

    [Fact]
    public void All_refusals_are_reported_together()
    {
        PublishPlan plan = Plan(
            [Row("aa", "1.0-1"), Row("bb", "1.0~alpha-1"), Row("cc", "1.0-1")],
            Row("aa", "1.0-1"),
            Row("bb", "1.0~a-1"),
            Row("cc", "1.0-1", "aarch64"),
            Row("dd", "1.0-1")
        );
        Assert.Equal(
            [IntakeRule.AlreadyPublished, IntakeRule.EqualVersion, IntakeRule.TwoArchitectures],
            plan.Refusals.Select(static refusal => refusal.Rule)
        );
    }

    private static PublishPlan Plan(IReadOnlyList<IndexRow> published, params IndexRow[] added) =>
        PublishPlan.Create(
            [.. published.Order(IndexRow.ArchiveOrder)],
            [.. added.Select(static row => New(row))],
            2,
            Now
        );
}
