using System.Text;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Tests.Indexing;

/// <summary>What is said of an index for its size, and when it is not published.</summary>
public sealed class IndexSizeTests
{
    [Theory]
    [InlineData(48L << 20, false, false)]
    [InlineData((48L << 20) + 1, true, false)]
    [InlineData(64L << 20, true, false)]
    [InlineData((64L << 20) + 1, true, true)]
    public void Clients_limit_is_told_from_48_MiB_and_kept_at_64(long size, bool warned, bool refused)
    {
        Assert.Equal(warned, IndexSize.Warning("index/active.json", size) is not null);

        Refusal? refusal = IndexSize.Refuse("index/active.json", size);
        Assert.Equal(refused, refusal is not null);
        if (refusal is not null)
        {
            Assert.Equal("index-too-large", refusal.Rule);
            Assert.Contains("--allow-large-index", refusal.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_size_is_that_of_the_entries_with_commas_and_a_head()
    {
        IndexRow[] rows = [Rows.Row("aa", "1.0-1"), Rows.Row("bb", "2.0-1")];
        int entries = Encoding.UTF8.GetByteCount("aa 1.0-1 x86_64 ") + Encoding.UTF8.GetByteCount("bb 2.0-1 x86_64 ");

        Assert.InRange(IndexSize.Of(rows), entries + 2, entries + 1024);
    }
}
