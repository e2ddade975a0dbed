using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Format.Tests.Repositories;

public sealed class IndexOrderTests
{
    private static readonly string[] Versions =
    [
        "2:0.1-1",
        "1.10-1",
        "1.9-2",
        "1.9-1",
        "1.0-1",
        "1.0~rc.2-1",
        "1.0~rc.1-1",
        "1.0~beta-1",
        "1.0~dev-1",
        "0.9-1",
    ];

    [Fact]
    public void Sorts_by_name_and_then_the_highest_version_first_whatever_order_they_come_in()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            var entries = Versions.SelectMany(v => new[] { Samples.Entry("aa", v), Samples.Entry("b-c", v) }).ToArray();
            random.Shuffle(entries);
            var sorted = IndexOrder.Sort(entries);
            Assert.Equal(Versions.Concat(Versions), sorted.Select(entry => entry.Version.Text));
            Assert.Equal(["aa", "b-c"], IndexOrder.Highest(sorted).Select(entry => entry.Name.Text));
            Assert.All(IndexOrder.Highest(sorted), entry => Assert.Equal("2:0.1-1", entry.Version.Text));
        }
    }

    [Fact]
    public void Gives_every_set_of_versions_one_valid_order_even_where_precedence_goes_in_a_circle()
    {
        // A word after a tilde equals the same word elsewhere, yet comes before a number, and the other after it.
        string[] circle = ["1.foo.4-1", "1~foo.5-1", "1.0-1", "1.foo-1", "1~foo-1", "1~foo.4-1", "1.0.foo-1"];
        var random = new Random(6);
        var expected = IndexOrder.Sort(circle.Select(v => Samples.Entry("aa", v)));
        IndexDocument.Write(Samples.Index(IndexKind.Archive) with { Packages = expected });
        for (var round = 0; round < 50; round++)
        {
            random.Shuffle(circle);
            var sorted = IndexOrder.Sort(circle.Select(v => Samples.Entry("aa", v)));
            Assert.Equal(expected.Select(e => e.Version), sorted.Select(e => e.Version));
        }
    }

    [Fact]
    public void Sorts_random_versions_into_an_order_that_the_archive_accepts()
    {
        var random = new Random(8);
        const string Alphabet = "01aA.~-+bdfoerc";
        for (var round = 0; round < 200; round++)
        {
            var versions = new HashSet<string>();
            while (versions.Count < 30)
            {
                var text =
                    string.Concat(
                        Enumerable.Range(0, random.Next(1, 8)).Select(_ => Alphabet[random.Next(Alphabet.Length)])
                    ) + "-1";
                if (PackageVersion.TryParse(text, out _, out _))
                {
                    versions.Add(text);
                }
            }

            var sorted = IndexOrder.Sort(versions.Select(v => Samples.Entry("aa", v)));
            IndexDocument.Write(Samples.Index(IndexKind.Archive) with { Packages = sorted });
        }
    }
}
