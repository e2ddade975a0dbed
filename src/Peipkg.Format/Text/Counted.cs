using System.Globalization;

namespace Peipkg.Format.Text;

/// <summary>Numbers with their nouns.</summary>
public static class Counted
{
    /// <summary><c>1 file</c>, <c>2 files</c>.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="one">The noun for one.</param>
    /// <param name="many">The noun for several; null where an s makes it.</param>
    public static string Text(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? one + "s")}");
}
