using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Tests.Indexing;

/// <summary>The mark of a withdrawal in an entry's bytes.</summary>
public sealed class IndexRowTests
{
    private static readonly Withdrawal Mark = new("bad", null, Timestamp.Parse("2026-01-01T00:00:00Z"));

    private readonly IndexRow _row = IndexRow.Of(Rows.Row("aa", "1.0-1").Entry);

    [Fact]
    public void A_mark_comes_and_goes_and_leaves_the_other_bytes()
    {
        IndexRow withdrawn = _row.Withdraw(Mark);
        Assert.False(withdrawn.IsOffered);
        Assert.StartsWith(Text(_row)[..^1], Text(withdrawn), StringComparison.Ordinal);
        Assert.Equal(Text(_row), Text(withdrawn.TakeBack(Edition.Default)));
    }

    [Fact]
    public void No_mark_is_set_twice_or_taken_from_where_none_is()
    {
        Assert.Throws<InvalidOperationException>(() => _row.TakeBack(Edition.Default));
        Assert.Throws<InvalidOperationException>(() => _row.Withdraw(Mark).Withdraw(Mark));
    }

    private static string Text(IndexRow row) => Encoding.UTF8.GetString(row.Json.Span);
}
