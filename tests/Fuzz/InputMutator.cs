using System.Text;

namespace Peipkg.Fuzz;

/// <summary>Damages good inputs the way accidents and adversaries do.</summary>
internal static class InputMutator
{
    private const int LongestInput = 256 << 10;

    private static readonly byte[] Favourites =
    [
        .. "{}[]()\",:;'\\u0de19-+.=#$%&*?!|/@<>~^ \n\r\t\0"u8,
        0x7f,
        0x80,
        0xc3,
        0xed,
        0xff,
    ];

    // Numbers at the edges of types, and texts that mean something to one parser or another.
    private static readonly string[] Texts =
    [
        "-1",
        "0",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "4294967296",
        "1e999",
        "null",
        "true",
        "\"\\",
        "\\ud800",
        "\"\"\"",
        "[[",
        "{*,?}",
        "**/",
        "[!]",
        "(?:",
        "{1,1000}",
        "\\p{L}",
        "${a}",
        "../",
        "%2e",
        "\u202e",
        "e\u0301",
        "\r\n",
        "nan",
        "1979-05-27T07:32:00Z",
    ];

    private static readonly byte[][] Words =
    [
        .. Texts.Select(Encoding.UTF8.GetBytes),
        [0xff, 0xff, 0xff, 0xff],
        [0xff, 0xff, 0xff, 0x7f],
        [0x00, 0x00, 0x00, 0x80],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ];

    /// <summary>One input: a seed cut, or with up to eight edits, of which some take pieces of another seed.</summary>
    internal static byte[] Next(IReadOnlyList<byte[]> seeds, Random random)
    {
        byte[] seed = seeds[random.Next(seeds.Count)];
        if (random.Next(6) == 0)
        {
            return seed[..random.Next(seed.Length + 1)];
        }

        List<byte> bytes = [.. seed];
        for (int edits = random.Next(1, 9); edits > 0; edits--)
        {
            Edit(bytes, seeds[random.Next(seeds.Count)], random);
        }

        return bytes.Count > LongestInput ? [.. bytes.Take(LongestInput)] : [.. bytes];
    }

    private static void Edit(List<byte> bytes, byte[] other, Random random)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(Words[random.Next(Words.Length)]);
            return;
        }

        int at = random.Next(bytes.Count);
        int length = Math.Min(random.Next(1, 48), bytes.Count - at);
        switch (random.Next(11))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = Favourites[random.Next(Favourites.Length)];
                break;
            case 2:
                bytes.Insert(at, Favourites[random.Next(Favourites.Length)]);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 5:
                bytes.InsertRange(at, Words[random.Next(Words.Length)]);
                break;
            case 6:
                byte[] word = Words[random.Next(Words.Length)];
                bytes.RemoveRange(at, Math.Min(word.Length, bytes.Count - at));
                bytes.InsertRange(at, word);
                break;
            case 7:
                List<byte> part = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(random.Next(bytes.Count + 1), part);
                break;
            case 8 when other.Length > 0:
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 200), other.Length - from)));
                break;
            case 9 when bytes.Count < LongestInput / 4:
                // Many of the same: what grows faster than its input shows here.
                List<byte> piece = bytes.GetRange(at, Math.Min(length, 8));
                for (int times = random.Next(1, 400); times > 0; times--)
                {
                    bytes.InsertRange(at, piece);
                }

                break;
            default:
                bytes[at] = (byte)random.Next(256);
                break;
        }
    }
}
