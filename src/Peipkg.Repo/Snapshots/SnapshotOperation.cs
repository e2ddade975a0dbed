using System.Globalization;
using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Snapshots;

/// <summary>What is to be done about snapshots.</summary>
/// <param name="Repo">The repository.</param>
/// <param name="Name">The snapshot's name; null for all of them.</param>
/// <param name="DryRun">Whether only to say what would change.</param>
/// <param name="Json">Whether to report in JSON.</param>
internal sealed record SnapshotRequest(string Repo, string? Name, bool DryRun, bool Json);

/// <summary>Takes, lists, compares and deletes snapshots.</summary>
internal static class SnapshotOperation
{
    internal static int Create(SnapshotRequest request, OperationContext context, CancellationToken stop)
    {
        using RepositoryLock? held = Lock(request, context);
        RepositorySnapshot documents = RepositorySnapshot.Read(request.Repo);
        PublishedState state = PublishedState.Load(documents, context.Now, rebuild: false);
        state.Warnings.ForEach(context.Diagnostics.Warning);
        SnapshotStore store = new(request.Repo);
        store.RefuseTaken(request.Name!);
        if (!request.DryRun)
        {
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: true, context.Diagnostics);
            foreach (IndexRow row in store.Create(request.Name!, state, stop))
            {
                context.Diagnostics.Warning(
                    $"{row} is not in the snapshot: its file is missing; \"verify\" tells more"
                );
            }
        }

        if (request.Json)
        {
            JsonReport.Write(
                context.Output,
                json =>
                {
                    json.WriteBoolean("dry_run", request.DryRun);
                    json.WriteString("snapshot", request.Name);
                    json.WriteNumber("index_version", state.IndexVersion ?? 0);
                    json.WriteString("generated_at", state.GeneratedAt?.Text);
                    json.WriteNumber("archive", state.Archive.Count);
                }
            );
        }
        else
        {
            context.Output.WriteLine(
                $"{(request.DryRun ? "would take" : "took")} snapshot {request.Name} of index_version {state.IndexVersion}, "
                    + $"{state.Archive.Count} packages"
            );
        }

        return ExitCode.Success;
    }

    internal static int List(SnapshotRequest request, OperationContext context)
    {
        SnapshotStore store = new(request.Repo);
        SnapshotSummary[] snapshots =
        [
            .. store.Names.Select(name => SnapshotSummary.Of(name, RepositoryView.Open(store.Find(name), context))),
        ];
        if (request.Json)
        {
            JsonReport.Write(context.Output, json => WriteList(json, snapshots));
            return ExitCode.Success;
        }

        TextTable table = new("SNAPSHOT", ">INDEX_VERSION", "GENERATED", ">ACTIVE", ">ARCHIVE");
        foreach (SnapshotSummary snapshot in snapshots)
        {
            table.Add(
                snapshot.Name,
                snapshot.IndexVersion.ToString(CultureInfo.InvariantCulture),
                snapshot.GeneratedAt.Text,
                snapshot.Active.ToString(CultureInfo.InvariantCulture),
                snapshot.Archive.ToString(CultureInfo.InvariantCulture)
            );
        }

        table.Write(context.Output);
        return ExitCode.Success;
    }

    /// <summary>Compares a snapshot with the repository as it is.</summary>
    internal static int Diff(SnapshotRequest request, OperationContext context, CancellationToken stop) =>
        DiffOperation.Run(
            RepositoryLocation.Directory(new SnapshotStore(request.Repo).Find(request.Name!)),
            RepositoryLocation.Directory(request.Repo),
            [],
            request.Json,
            context,
            stop
        );

    internal static int Delete(SnapshotRequest request, OperationContext context)
    {
        using RepositoryLock? held = Lock(request, context);
        SnapshotStore store = new(request.Repo);
        _ = store.Find(request.Name!);
        if (!request.DryRun)
        {
            store.Delete(request.Name!);
        }

        if (request.Json)
        {
            JsonReport.Write(
                context.Output,
                json =>
                {
                    json.WriteBoolean("dry_run", request.DryRun);
                    json.WriteString("deleted", request.Name);
                }
            );
        }
        else
        {
            context.Output.WriteLine($"{(request.DryRun ? "would delete" : "deleted")} snapshot {request.Name}");
        }

        return ExitCode.Success;
    }

    private static RepositoryLock? Lock(SnapshotRequest request, OperationContext context) =>
        request.DryRun || !Directory.Exists(request.Repo) ? null : WriterChecks.Lock(request.Repo, context);

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<SnapshotSummary> snapshots)
    {
        json.WriteStartArray("snapshots");
        foreach (SnapshotSummary snapshot in snapshots)
        {
            json.WriteStartObject();
            json.WriteString("name", snapshot.Name);
            json.WriteNumber("index_version", snapshot.IndexVersion);
            json.WriteString("generated_at", snapshot.GeneratedAt.Text);
            json.WriteNumber("active", snapshot.Active);
            json.WriteNumber("archive", snapshot.Archive);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What the list tells of a snapshot: its indexes themselves, of many snapshots, would fill the memory.</summary>
    private sealed record SnapshotSummary(
        string Name,
        ulong IndexVersion,
        Timestamp GeneratedAt,
        int Active,
        int Archive
    )
    {
        internal static SnapshotSummary Of(string name, RepositoryView view) =>
            new(
                name,
                view.Archive.IndexVersion,
                view.Archive.GeneratedAt,
                view.Active.Rows.Count,
                view.Archive.Rows.Count
            );
    }
}
