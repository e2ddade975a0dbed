using System.Collections.Concurrent;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Mirroring;

/// <summary>Compares a copy with what it is a copy of: every file here is read, and no package is fetched.</summary>
internal static class MirrorCheck
{
    /// <summary>Compares and reports.</summary>
    /// <param name="request">The copy.</param>
    /// <param name="rows">What it should hold, as the indexes that were fetched say.</param>
    /// <param name="behind">What the copy has, when that is another generation; null when it is the same.</param>
    /// <param name="archive">What was fetched.</param>
    /// <param name="context">The world.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>Failure when something differs.</returns>
    internal static int Run(
        MirrorRequest request,
        IReadOnlyList<IndexRow> rows,
        IndexSheet? behind,
        IndexSheet archive,
        OperationContext context,
        CancellationToken stop
    )
    {
        bool isThere = Directory.Exists(request.Out);
        List<(string Kind, string File, string Problem)> differences = [];
        if (!isThere)
        {
            differences.Add(("missing", request.Out, "there is no copy yet"));
        }
        else if (behind is not null)
        {
            differences.Add(
                (
                    "behind",
                    "index",
                    $"the copy has index_version {behind.IndexVersion}, and {request.Address} has {archive.IndexVersion}"
                )
            );
        }

        ConcurrentBag<(string Kind, string File, string Problem)> found = [];
        using (
            ProgressPhase progress = context.Diagnostics.Begin(
                "comparing",
                "packages",
                rows.Count,
                rows.Sum(static row => row.Size)
            )
        )
        {
            Workers.ForEach(
                isThere ? rows : [],
                row =>
                {
                    string path = Path.Combine(request.Out, row.Place!);
                    if (FileStatus.Of(path, followLinks: true) is not { IsRegular: true })
                    {
                        found.Add(("missing", row.Place!, $"{row} is not in the copy"));
                    }
                    else if (!HashedFile.Has(path, row.Size, row.Hash, stop))
                    {
                        found.Add(
                            ("damaged", row.Place!, $"{row} has other bytes here; remove the file and mirror again")
                        );
                    }

                    progress.Add(1, row.Size);
                },
                stop
            );
        }

        differences.AddRange(found.OrderBy(static it => it.File, StringComparer.Ordinal));
        Report(request, archive, rows.Count, differences, context);
        return differences.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Report(
        MirrorRequest request,
        IndexSheet archive,
        int compared,
        List<(string Kind, string File, string Problem)> differences,
        OperationContext context
    )
    {
        if (request.Json)
        {
            JsonReport.Write(
                context.Output,
                json =>
                {
                    json.WriteString("repository", archive.Repo);
                    json.WriteString("url", request.Address.ToString());
                    json.WriteBoolean("same", differences.Count == 0);
                    json.WriteNumber("index_version", archive.IndexVersion);
                    json.WriteNumber("compared", compared);
                    json.WriteStartArray("differences");
                    foreach ((string kind, string file, string problem) in differences)
                    {
                        json.WriteStartObject();
                        json.WriteString("kind", kind);
                        json.WriteString("file", file);
                        json.WriteString("problem", problem);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                }
            );
            return;
        }

        foreach ((string kind, string file, string problem) in differences)
        {
            context.Output.WriteLine(TerminalText.Escape($"{kind}: {file}: {problem}"));
        }

        context.Output.WriteLine(
            differences.Count == 0
                ? $"the same as {request.Address}: index_version {archive.IndexVersion}, {Counted.Text(compared, "package")} compared"
                : $"{Counted.Text(differences.Count, "difference")} to {request.Address}"
        );
    }
}
