namespace Peipkg.Format.Tests;

/// <summary>Damages a good document the way accidents and adversaries do.</summary>
internal static class Mutation
{
    private static readonly byte[] Favourites = [.. "{}[]\",:\\u0de19-+. \n\0"u8, 0x7F, 0x80, 0xC3, 0xFF];

    internal static byte[] Of(byte[] seed, Random random)
    {
        var bytes = new List<byte>(seed);
        for (var edits = random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 24), bytes.Count - at);
            switch (random.Next(7))
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
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    var part = bytes.GetRange(at, length);
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(random.Next(bytes.Count + 1), part);
                    break;
            }
        }

        return [.. bytes];
    }
}
