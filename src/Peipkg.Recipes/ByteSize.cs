using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Peipkg.Recipes;

/// <summary>An amount of storage as configured: <c>512MiB</c>, <c>2GiB</c>, <c>1.5GB</c>, <c>0</c>.</summary>
public static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("TiB", 1L << 40),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("B", 1),
    ];

    /// <summary>Reads an amount.</summary>
    public static bool TryParse(string? text, out long value, [NotNullWhen(false)] out string? error)
    {
        string number = text ?? "";
        decimal scale = number == "0" ? 1 : 0;
        foreach ((string unit, long bytes) in Units)
        {
            if (number.EndsWith(unit, StringComparison.Ordinal))
            {
                (number, scale) = (number[..^unit.Length].TrimEnd(' '), bytes);
                break;
            }
        }

        // 15 digits cannot overflow whatever the unit.
        bool valid =
            scale > 0
            && number.Length is > 0 and <= 15
            && decimal.TryParse(
                number,
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out decimal amount
            )
            && (scale *= amount) <= long.MaxValue;
        value = valid ? (long)scale : 0;
        error = valid ? null : $"\"{text}\" is not an amount of storage; write it like \"512MiB\", \"2GiB\" or \"0\"";
        return valid;
    }

    /// <summary>For people: <c>1.5 GiB</c>.</summary>
    public static string Format(long bytes)
    {
        (string unit, long size) = Array.FindLast(Units[..4], u => bytes >= u.Bytes) is { Unit: not null } found
            ? found
            : ("B", 1);
        return ((decimal)bytes / size).ToString("0.#", CultureInfo.InvariantCulture) + " " + unit;
    }
}
