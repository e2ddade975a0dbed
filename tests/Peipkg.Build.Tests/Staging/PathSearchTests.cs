using System.Text;
using Peipkg.Build.Staging;

namespace Peipkg.Build.Tests.Staging;

public sealed class PathSearchTests
{
    private static readonly string[] Staged = ["/tmp/stage-1/dest"];
    private static readonly string[] Building = ["/home/me/source", "/src", "/tmp/stage-1/work/deeper/still"];

    [Theory]
    [InlineData("", "")]
    [InlineData("/tmp/stage-1/dest", "/tmp/stage-1/dest")]
    [InlineData("x/tmp/stage-1/dest/usr", "/tmp/stage-1/dest")]
    [InlineData("/tmp/stage-1/dest2 /tmp/stage-1/dest-x /tmp/stage-1/dest.d /tmp/stage-1/destination", "")]
    [InlineData("/tmp/stage-1/destination:/tmp/stage-1/dest:", "/tmp/stage-1/dest")]
    [InlineData("/home/me/source\0/tmp/stage-1/work/deeper/still\n", "/home/me/source /tmp/stage-1/work/deeper/still")]
    [InlineData("/usr/src/x", "")]
    public void Paths_are_found_where_their_last_name_ends(string text, string expected)
    {
        // In one piece, byte by byte, and in all pieces between.
        for (int size = 1; size <= text.Length + 1; size++)
        {
            Assert.Equal(expected, Search(Encoding.UTF8.GetBytes(text), size));
        }
    }

    [Fact]
    public void Pieces_of_any_size_find_what_the_whole_holds()
    {
        Random random = new(20261123);
        string[] parts =
        [
            "/tmp/stage-1/dest",
            "/tmp/stage-1/des",
            "/home/me/source",
            "t",
            "/",
            "x",
            "\0",
            "e",
            "/tmp",
            "/stage-1",
        ];
        for (int i = 0; i < 5_000; i++)
        {
            string text = string.Concat(
                Enumerable.Range(0, random.Next(20)).Select(_ => parts[random.Next(parts.Length)])
            );
            string whole = Search(Encoding.UTF8.GetBytes(text), text.Length + 1);
            Assert.Equal(whole, Search(Encoding.UTF8.GetBytes(text), random.Next(1, 60)));
        }
    }

    private static string Search(byte[] content, int pieceSize)
    {
        BuildPaths paths = new(Staged, Building);
        PathSearch search = new(paths);
        foreach (byte[] piece in content.Chunk(pieceSize))
        {
            search.Take(piece);
        }

        search.End();
        return string.Join(' ', Enumerable.Range(0, paths.Count).Where(i => search.Found[i]).Select(paths.Text));
    }
}
