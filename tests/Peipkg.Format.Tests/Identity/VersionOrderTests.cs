using Peipkg.Format.Identity;

namespace Peipkg.Format.Tests.Identity;

public sealed class VersionOrderTests
{
    [Fact]
    public void Puts_the_highest_first_and_equal_ones_by_text()
    {
        string[] expected = ["1:0-1", "2.0-2", "2.0-1", "1.0~rc-1", "1.00~a-1", "1.0~alpha-1", "1.0~dev-1"];
        var random = new Random(20);
        for (var round = 0; round < 20; round++)
        {
            var shuffled = expected.Select(PackageVersion.Parse).ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(
                expected,
                VersionOrder.HighestFirst(shuffled, version => version).Select(version => version.Text)
            );
        }
    }

    [Fact]
    public void Orders_thousands_of_versions_that_go_in_circles_the_same_however_they_come()
    {
        var random = new Random(21);
        const string Alphabet = "01~.fo";
        var versions = new HashSet<PackageVersion>();
        while (versions.Count < 3000)
        {
            var text =
                "1"
                + string.Concat(
                    Enumerable.Range(0, random.Next(1, 9)).Select(_ => Alphabet[random.Next(Alphabet.Length)])
                )
                + "-1";
            if (PackageVersion.TryParse(text, out var version, out _))
            {
                versions.Add(version);
            }
        }

        var first = VersionOrder.HighestFirst(versions, version => version);
        Assert.Equal(versions.Count, first.Count);
        for (var index = 1; index < first.Count; index++)
        {
            Assert.True(
                PackageVersion.Compare(first[index - 1], first[index]) >= 0,
                $"{first[index - 1]} {first[index]}"
            );
        }

        var shuffled = versions.ToArray();
        random.Shuffle(shuffled);
        Assert.Equal(first, VersionOrder.HighestFirst(shuffled, version => version));
    }
}
