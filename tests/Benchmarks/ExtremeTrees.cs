using System.Globalization;

namespace Peipkg.Benchmarks;

/// <summary>Trees at the edges of what packages hold, from fixed seeds.</summary>
internal static class ExtremeTrees
{
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
}
