using System.Globalization;

namespace Peipkg.Manager.Operating;

/// <summary>
/// A line of <c>why</c> for people. An upstream may have thousands of tags, and most of them stand alike: versions that
/// follow each other with the same answer are one line, and so are all tags without a version that have the same.
/// </summary>
/// <param name="Version">The version, or the first and last of several; a dash for none.</param>
/// <param name="Tag">Likewise.</param>
/// <param name="State">Of the build; null for none.</param>
/// <param name="Verdict">The answer.</param>
internal sealed record WhyRow(string Version, string Tag, string? State, string Verdict)
{
    private const int MostAlike = 3;

    /// <summary>The lines.</summary>
    public static IEnumerable<WhyRow> Of(IReadOnlyList<WhyVersionDocument> versions)
    {
        List<WhyVersionDocument> alike = [];
        foreach (WhyVersionDocument version in versions.Where(v => v.Version is not null))
        {
            if (alike is [var first, ..] && (first.State, first.Verdict) != (version.State, version.Verdict))
            {
                foreach (WhyRow row in Group(alike))
                {
                    yield return row;
                }

                alike = [];
            }

            alike.Add(version);
        }

        foreach (WhyRow row in Group(alike))
        {
            yield return row;
        }

        foreach (
            IGrouping<string, WhyVersionDocument> group in versions
                .Where(v => v.Version is null)
                .GroupBy(v => v.Verdict, StringComparer.Ordinal)
        )
        {
            foreach (WhyRow row in Group([.. group]))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<WhyRow> Group(List<WhyVersionDocument> alike) =>
        alike.Count <= MostAlike
            ? alike.Select(v => new WhyRow(v.Version ?? "-", v.Tag ?? "-", v.State, v.Verdict))
            :
            [
                new WhyRow(
                    alike[0].Version is null ? "-" : $"{alike[0].Version} … {alike[^1].Version}",
                    string.Create(CultureInfo.InvariantCulture, $"{alike[0].Tag} and {alike.Count - 1} more"),
                    alike[0].State,
                    alike[0].Verdict
                ),
            ];
}
