using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Peipkg.Posix.Files;

/// <summary>File names, which are bytes, as text.</summary>
public static class FileName
{
    /// <summary>The bytes of a name that is given as text.</summary>
    public static byte[] Bytes(string name) => Encoding.UTF8.GetBytes(name);

    /// <summary>A name as it is shown: text where it is UTF-8, else its bytes as <see cref="Spell"/> writes them.</summary>
    public static string Display(ReadOnlySpan<byte> name) =>
        Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : Spell(name);

    /// <summary>Bytes as text: those that are printable ASCII as they are, all others as the escape that a shell takes, <c>\xe9</c>.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        foreach (byte b in bytes)
        {
            _ = b is >= 0x20 and < 0x7f
                ? text.Append((char)b)
                : text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return text.ToString();
    }
}
