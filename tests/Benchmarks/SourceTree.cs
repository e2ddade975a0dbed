using System.Globalization;
using System.Text;

namespace Peipkg.Benchmarks;

/// <summary>Trees to pack, of the kinds that packages hold, from fixed seeds.</summary>
internal static class SourceTree
{
    private static readonly string[] Keywords =
    [
        "if",
        "else",
        "return",
        "static",
        "const",
        "int",
        "char",
        "void",
        "struct",
        "for",
        "while",
        "break",
        "unsigned",
        "size_t",
        "NULL",
        "sizeof",
        "case",
        "default",
        "switch",
        "goto",
        "#include",
        "#define",
        "#ifdef",
        "#endif",
        "extern",
    ];

    /// <summary>Nine files in ten are text; the rest look like machine code with tables and strings.</summary>
    internal static int Write(string directory, int files, long bytes)
    {
        var random = new Random(20260501);
        string[] vocabulary = [.. Enumerable.Range(0, 6000).Select(_ => Identifier(random))];
        string[] phrases = [.. Enumerable.Range(0, 20_000).Select(_ => Statement(random, vocabulary))];
        long perFile = bytes / files;
        for (int i = 0; i < files; i++)
        {
            string folder = Path.Combine(
                directory,
                "usr",
                "share",
                "bench",
                string.Create(CultureInfo.InvariantCulture, $"module{i / 60:d3}")
            );
            Directory.CreateDirectory(folder);
            int size = (int)(perFile * (0.1 + (1.8 * random.NextDouble())));
            bool text = i % 10 != 0;
            string name = string.Create(
                CultureInfo.InvariantCulture,
                $"{vocabulary[i % vocabulary.Length]}_{i}{(text ? ".c" : ".bin")}"
            );
            File.WriteAllBytes(
                Path.Combine(folder, name),
                text ? Text(random, phrases, size) : Binary(random, vocabulary, size)
            );
        }

        return 0;
    }

    internal static int WriteEmpty(string directory, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string folder = Path.Combine(
                directory,
                "usr",
                "share",
                "empty",
                (i / 1000).ToString("d3", CultureInfo.InvariantCulture)
            );
            if (i % 1000 == 0)
            {
                Directory.CreateDirectory(folder);
            }

            File.WriteAllBytes(Path.Combine(folder, i.ToString("d6", CultureInfo.InvariantCulture)), []);
        }

        return 0;
    }

    internal static int WriteRandom(string file, long bytes)
    {
        var random = new Random(7);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using FileStream output = File.Create(file);
        byte[] buffer = new byte[1 << 20];
        for (long written = 0; written < bytes; written += buffer.Length)
        {
            random.NextBytes(buffer);
            output.Write(buffer);
        }

        return 0;
    }

    private static string Identifier(Random random)
    {
        const string Vowels = "aeiou";
        const string Consonants = "bcdfglmnprstvx";
        var name = new StringBuilder();
        int syllables = 1 + random.Next(4);
        for (int i = 0; i < syllables; i++)
        {
            name.Append(Consonants[random.Next(Consonants.Length)]).Append(Vowels[random.Next(Vowels.Length)]);
            if (i + 1 < syllables && random.Next(4) == 0)
            {
                name.Append('_');
            }
        }

        return name.ToString();
    }

    private static string Statement(Random random, string[] vocabulary)
    {
        // A few names are everywhere and most are rare, as in real text.
        string Word() =>
            random.Next(3) == 0
                ? Keywords[random.Next(Keywords.Length)]
                : vocabulary[(int)(vocabulary.Length * Math.Pow(random.NextDouble(), 3))];
        return random.Next(5) switch
        {
            0 => $"{Word()} = {Word()}({Word()}, {random.Next(512)});",
            1 => $"if ({Word()}->{Word()} != {Word()}) {{",
            2 => $"/* {Word()} {Word()} {Word()} {Word()} */",
            3 => $"return {Word()}({Word()});",
            _ => $"{Word()} {Word()}[{random.Next(64)}];",
        };
    }

    private static byte[] Text(Random random, string[] phrases, int size)
    {
        var text = new StringBuilder(size + 128);
        while (text.Length < size)
        {
            text.Append(' ', 4 * random.Next(4))
                .Append(phrases[(int)(phrases.Length * Math.Pow(random.NextDouble(), 1.5))])
                .Append('\n');
            if (random.Next(6) == 0)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"    value_{random.Next(100_000):x} = 0x{random.Next():x8};\n"
                );
            }
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }

    private static byte[] Binary(Random random, string[] vocabulary, int size)
    {
        byte[] content = new byte[size];
        int at = 0;
        while (at < size)
        {
            Span<byte> rest = content.AsSpan(at);
            int length = Math.Min(rest.Length, 32 + random.Next(400));
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(rest[..length]);
                    break;
                case 1:
                    length = Math.Min(
                        length,
                        Encoding.ASCII.GetBytes(vocabulary[random.Next(vocabulary.Length)] + '\0').Length
                    );
                    Encoding.ASCII.GetBytes(
                        vocabulary[random.Next(vocabulary.Length)].PadRight(length, '\0').AsSpan(0, length),
                        rest
                    );
                    break;
                case 2:
                    for (int i = 0; i < length; i++)
                    {
                        rest[i] = (byte)(i % 8 < 3 ? random.Next(16) : 0x48);
                    }

                    break;
                default:
                    break;
            }

            at += length;
        }

        return content;
    }
}
