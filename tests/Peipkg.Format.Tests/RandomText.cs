using System.Text;

namespace Peipkg.Format.Tests;

/// <summary>Texts of all kinds of characters, the troublesome ones more often.</summary>
internal static class RandomText
{
    private static readonly int[] Favourites =
    [
        0,
        1,
        8,
        9,
        10,
        12,
        13,
        27,
        31,
        34,
        47,
        60,
        92,
        127,
        128,
        0x85,
        0xE9,
        0x2028,
        0x2029,
        0xFEFF,
        0xFFFF,
        0x10000,
        0x1F600,
        0x10FFFF,
    ];

    internal static string Any(Random random, int maxLength)
    {
        var text = new StringBuilder();
        for (var length = random.Next(maxLength + 1); length > 0; length--)
        {
            var value = random.Next(4) switch
            {
                0 => Favourites[random.Next(Favourites.Length)],
                1 => random.Next(0x110000),
                _ => random.Next(0x20, 0x7F),
            };
            text.Append(Rune.IsValid(value) ? new Rune(value).ToString() : "?");
        }

        return text.ToString();
    }
}
