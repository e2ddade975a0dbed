using System.Buffers;
using System.Text;

namespace Peipkg.Recipes.Toml;

/// <summary>Finds where a file stops being UTF-8.</summary>
internal static class TomlEncoding
{
    internal static TomlPosition? FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        int line = 1;
        int column = 1;
        while (!utf8.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) != OperationStatus.Done)
            {
                return new TomlPosition(line, column);
            }

            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + 1);
            utf8 = utf8[length..];
        }

        return null;
    }
}
