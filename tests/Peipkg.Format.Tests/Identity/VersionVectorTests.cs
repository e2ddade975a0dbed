using Peipkg.Format.Identity;
using Peipkg.Format.Tests.Vectors;

namespace Peipkg.Format.Tests.Identity;

public sealed class VersionVectorTests
{
    [Fact]
    public void Every_published_comparison_agrees_in_both_directions()
    {
        var wrong = new List<string>();
        var rows = 0;
        foreach (var (line, fields) in VectorFile.Rows("version-compare.tsv"))
        {
            rows++;
            var parsedA = PackageVersion.TryParse(fields[0], out var a, out _);
            var parsedB = PackageVersion.TryParse(fields[1], out var b, out _);
            var actual = parsedA && parsedB ? $"{PackageVersion.Compare(a, b)}" : $"ERR {parsedA} {parsedB}";
            if (
                !actual.Equals(fields[2], StringComparison.OrdinalIgnoreCase)
                || PackageVersion.Compare(a, b) != -PackageVersion.Compare(b, a)
            )
            {
                wrong.Add($"line {line}: {fields[0]} {fields[1]}: expected {fields[2]}, got {actual}");
            }
        }

        Assert.Empty(wrong);
        Assert.True(rows > 300, $"only {rows} vectors");
    }

    [Fact]
    public void Every_published_match_agrees()
    {
        var wrong = new List<string>();
        var rows = 0;
        foreach (var (line, fields) in VectorFile.Rows("constraint-match.tsv"))
        {
            rows++;
            var parsedVersion = PackageVersion.TryParse(fields[0], out var version, out _);
            var parsedConstraint = VersionConstraint.TryParse(fields[1], out var constraint, out _);
            var actual =
                parsedVersion && parsedConstraint
                    ? $"{constraint.IsSatisfiedBy(version)}"
                    : $"ERR {parsedVersion} {parsedConstraint}";
            if (!actual.Equals(fields[2], StringComparison.OrdinalIgnoreCase))
            {
                wrong.Add($"line {line}: {fields[0]} {fields[1]}: expected {fields[2]}, got {actual}");
            }

            if (
                parsedVersion
                && parsedConstraint
                && constraint.IsSatisfiedBy(version) != constraint.Terms.All(term => term.IsSatisfiedBy(version))
            )
            {
                wrong.Add($"line {line}: the terms one by one disagree with the whole");
            }
        }

        Assert.Empty(wrong);
        Assert.True(rows > 200, $"only {rows} vectors");
    }
}
