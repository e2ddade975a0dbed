using System.Text;

namespace Peipkg.Format.Archive;

/// <summary>
/// How ustar holds an ASCII name over 100 bytes without a pax record: what comes before one slash goes into the prefix
/// field, what comes after it into the name field.
/// </summary>
internal static class UstarPrefix
{
    /// <summary>The last slash that leaves a prefix short enough, or -1 where the rest is then too long for its field.</summary>
    internal static int Split(ReadOnlySpan<byte> name)
    {
        if (name.Length <= TarHeader.NameSize || !Ascii.IsValid(name))
        {
            return -1;
        }

        // A directory's own slash ends its name; it separates nothing.
        int end =
            name.Length > TarHeader.PrefixSize + 1 ? TarHeader.PrefixSize + 1
            : name[^1] == '/' ? name.Length - 1
            : name.Length;
        int slash = name[..end].LastIndexOf((byte)'/');
        int rest = name.Length - slash - 1;
        return slash > 0 && rest is > 0 and <= TarHeader.NameSize ? slash : -1;
    }
}
