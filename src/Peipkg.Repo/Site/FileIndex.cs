using System.Buffers;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Site;

/// <summary>
/// What the search for files looks through: the paths of all advertised packages, spread over a few files that are fetched
/// when somebody asks. Each says of which packages it is, so that a publication makes anew only the one that changes.
/// </summary>
internal static class FileIndex
{
    /// <summary>Repositories with more packages have none: a browser would have too much to fetch.</summary>
    internal const int MostPackages = 20_000;

    /// <summary>So many paths of one package are in it, the first of them.</summary>
    internal const int MostPaths = 50_000;

    /// <summary>Over how many files the paths of so many packages are spread; few enough to be fetched at once.</summary>
    internal static int CountFor(int packages) =>
        packages is 0 or > MostPackages ? 0
        : packages <= 100 ? 1
        : packages <= 2000 ? 16
        : 64;

    /// <summary>The files.</summary>
    /// <param name="active">The advertised packages, sorted.</param>
    internal static IReadOnlyList<FileShard> Of(IReadOnlyList<IndexRow> active)
    {
        List<IndexRow>[] shards = new List<IndexRow>[CountFor(active.Count)];
        for (int i = 0; i < shards.Length; i++)
        {
            shards[i] = [];
        }

        foreach (IndexRow row in shards.Length > 0 ? active : [])
        {
            shards[SiteLayout.NumberOf(row.Name.Text) % shards.Length].Add(row);
        }

        return [.. shards.Select(static (rows, i) => new FileShard(SiteLayout.FilesFile(i), rows))];
    }
}

/// <summary>One file of the index of paths.</summary>
/// <param name="Path">Its place below the repository's root, with <c>/</c>.</param>
/// <param name="Rows">The packages that it is of.</param>
internal sealed record FileShard(string Path, IReadOnlyList<IndexRow> Rows)
{
    private const int HeadLength = 145;
    private const int MostBytes = 1 << 30;

    /// <summary>Whether a repository has it, unchanged and of these packages.</summary>
    internal bool IsIn(string root)
    {
        string place = System.IO.Path.Combine(root, Path);
        if (FileStatus.Of(place) is not { IsRegular: true, Size: > HeadLength and < MostBytes })
        {
            return false;
        }

        ReadOnlySpan<byte> present = File.ReadAllBytes(place);
        return present.StartsWith(Head(Sha256Digest.Of(present[HeadLength..])));
    }

    /// <summary>Writes it: each package with its paths, grouped by directory.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="contentOf">What a package installs; null where nobody knows.</param>
    internal void Write(IBufferWriter<byte> output, Func<IndexRow, PackageContent?> contentOf)
    {
        ArrayBufferWriter<byte> body = new(64 << 10);
        body.Write("\"packages\":"u8);
        CompactJson.Write(
            body,
            json =>
            {
                json.WriteStartArray();
                foreach (IndexRow row in Rows)
                {
                    if (contentOf(row) is not { Paths.Count: > 0 } content)
                    {
                        continue;
                    }

                    json.WriteStartArray();
                    json.WriteStringValue(row.Name.Text);
                    foreach (
                        IGrouping<string, string> directory in content
                            .Paths.Where(static path => !path.EndsWith('/'))
                            .Take(FileIndex.MostPaths)
                            .GroupBy(static path => path[..(path.LastIndexOf('/') + 1)], StringComparer.Ordinal)
                    )
                    {
                        json.WriteStartArray();
                        json.WriteStringValue(directory.Key);
                        foreach (string path in directory)
                        {
                            json.WriteStringValue(path.AsSpan(directory.Key.Length));
                        }

                        json.WriteEndArray();
                    }

                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }
        );
        body.Write("}\n"u8);
        output.Write(Head(Sha256Digest.Of(body.WrittenSpan)));
        output.Write(body.WrittenSpan);
    }

    // Which packages it is of, and what follows: a file that says both right need not be made again.
    private byte[] Head(Sha256Digest body)
    {
        using Sha256Hasher packages = new();
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        foreach (IndexRow row in Rows)
        {
            row.Hash.CopyTo(digest);
            packages.Append(digest);
        }

        return Encoding.ASCII.GetBytes($"{{\"of\":\"{packages.Finish()}\",\"is\":\"{body}\",");
    }
}
