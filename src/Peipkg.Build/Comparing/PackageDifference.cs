using System.Text.Json;

namespace Peipkg.Build.Comparing;

/// <summary>A field of the manifest that differs.</summary>
/// <param name="Field">Its name.</param>
/// <param name="First">Its value in the first package; null where it is not there.</param>
/// <param name="Second">Its value in the second.</param>
internal sealed record FieldDifference(string Field, JsonElement? First, JsonElement? Second);

/// <summary>An entry that both packages have and that differs.</summary>
/// <param name="First">The entry in the first.</param>
/// <param name="Second">The entry in the second.</param>
/// <param name="Content">Where the content of two files differs; null where that is not what differs.</param>
internal sealed record EntryDifference(ComparedEntry First, ComparedEntry Second, ContentDifference? Content);

/// <summary>The first difference between the contents of two files.</summary>
/// <param name="Offset">The first byte that differs, or the length of the shorter one.</param>
/// <param name="WindowStart">The offset of the bytes quoted.</param>
/// <param name="First">Bytes of the first file around the difference.</param>
/// <param name="Second">Bytes of the second.</param>
/// <param name="Line">The line of the difference where both are text; null otherwise.</param>
/// <param name="Sections">For two ELF files, the sections that differ; empty otherwise.</param>
/// <param name="Leaks">The paths of their builds that the files hold, those of the first before those of the second.</param>
internal sealed record ContentDifference(
    long Offset,
    long WindowStart,
    byte[] First,
    byte[] Second,
    LineDifference? Line,
    IReadOnlyList<SectionDifference> Sections,
    IReadOnlyList<string> Leaks
);

/// <summary>The first line that differs between two texts.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="First">The line in the first.</param>
/// <param name="Second">The line in the second.</param>
internal sealed record LineDifference(long Number, string First, string Second);

/// <summary>A section of an ELF file that differs.</summary>
/// <param name="Name">Its name, as <c>.text</c>.</param>
/// <param name="FirstSize">Its size in the first; null where it is not there.</param>
/// <param name="SecondSize">Its size in the second.</param>
internal sealed record SectionDifference(string Name, long? FirstSize, long? SecondSize);

/// <summary>All differences between two packages.</summary>
/// <param name="First">How the first is called.</param>
/// <param name="Second">How the second is called.</param>
/// <param name="Fields">Fields of the manifest, in its order.</param>
/// <param name="Removed">Entries that only the first has, by path.</param>
/// <param name="Added">Entries that only the second has, by path.</param>
/// <param name="Changed">Entries that both have and that differ, by path.</param>
internal sealed record PackageDifference(
    string First,
    string Second,
    IReadOnlyList<FieldDifference> Fields,
    IReadOnlyList<ComparedEntry> Removed,
    IReadOnlyList<ComparedEntry> Added,
    IReadOnlyList<EntryDifference> Changed
)
{
    /// <summary>Whether nothing differs.</summary>
    internal bool IsEmpty => Fields.Count == 0 && Removed.Count == 0 && Added.Count == 0 && Changed.Count == 0;
}
