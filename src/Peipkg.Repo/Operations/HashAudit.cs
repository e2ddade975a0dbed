using System.Collections.Concurrent;
using Peipkg.CommandLine;
using Peipkg.Format;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.State;

namespace Peipkg.Repo.Operations;

/// <summary>Compares every package file with its index entry: that it is there, its size, its SHA-256.</summary>
internal static class HashAudit
{
    /// <summary>Checks the files of all rows on all cores.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="allPackages">Where to look for files by name; null to look where the URLs point in the repository.</param>
    /// <param name="rows">The packages.</param>
    /// <param name="findings">Receives the problems, in the rows' order.</param>
    /// <param name="diagnostics">Told of directories that are not entered.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static void Run(
        string root,
        string? allPackages,
        IReadOnlyList<IndexRow> rows,
        Findings findings,
        Diagnostics diagnostics,
        CancellationToken stop)
    {
        ILookup<string, string>? byName = allPackages is null
            ? null
            : NewFiles.Find(allPackages, "--all-packages-dir", diagnostics).ToLookup(static path => Path.GetFileName(path));
        ConcurrentDictionary<int, string> problems = [];
        List<(int Index, IndexRow Row, string[] Places)> work = [];
        int elsewhere = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            IndexRow row = rows[i];
            if (byName is not null)
            {
                work.Add((i, row, Candidates(byName, row)));
            }
            else if (RepositoryPath.FromUrl(row.Url, RepositoryLayout.IndexDirectory) is { } path)
            {
                work.Add((i, row, [Path.Combine(root, path)]));
            }
            else
            {
                elsewhere++;
            }
        }

        using (ProgressPhase progress = diagnostics.Begin("hashing", "packages", work.Count))
        {
            Workers.ForEach(work, item =>
            {
                if (Compare(item.Row, item.Places, allPackages, stop) is { } problem)
                {
                    problems[item.Index] = problem;
                }

                progress.Add(1, item.Row.Size);
            }, stop);
        }

        foreach (string problem in problems.OrderBy(static entry => entry.Key).Select(static entry => entry.Value))
        {
            findings.Fail(problem);
        }

        findings.Hashed = work.Count;
        if (elsewhere > 0)
        {
            findings.Note($"{elsewhere} packages are hosted elsewhere by their URLs and were not checked; "
                + "give the directory of their files with --all-packages-dir");
        }
    }

    private static string[] Candidates(ILookup<string, string> byName, IndexRow row)
    {
        string last = row.Url[(row.Url.LastIndexOf('/') + 1)..];
        return [.. byName[row.FileName], .. last == row.FileName ? [] : byName[last]];
    }

    private static string? Compare(IndexRow row, string[] places, string? directory, CancellationToken stop)
    {
        string? problem = null;
        foreach (string place in places)
        {
            try
            {
                (Sha256Digest hash, long size) = PackageFile.Digest(place, stop);
                if (hash == row.Hash && size == row.Size)
                {
                    return null;
                }

                problem = hash != row.Hash
                    ? $"hash mismatch: {row.FileName} computed {hash} index claims {row.Hash} ({place}); "
                        + "restore the published file from a mirror or a backup"
                    : $"size mismatch: {row.FileName} has {size} bytes, index claims {row.Size} ({place}); "
                        + "rebuild the indexes with --rebuild --all-packages-dir";
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
                // Reported below, as where there is no candidate at all.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problem = $"cannot read: {row.FileName}: {error.Message}";
            }
        }

        return problem ?? $"missing file: {row.FileName} is in the index but not at {places.FirstOrDefault() ?? directory}; "
            + "restore it from a mirror or a backup";
    }
}
