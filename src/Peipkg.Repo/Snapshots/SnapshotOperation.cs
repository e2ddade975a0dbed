using System.Globalization;
using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Remote;
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
        PublishedState state = PublishedState.Load(
            documents,
            Timestamp.FromUnixSeconds(Math.Max(0, context.Clock.GetUtcNow().ToUnixTimeSeconds())),
            rebuild: false
        );
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
        (string Name, IndexSheet Active, IndexSheet Archive)[] snapshots =
        [
            .. store.Names.Select(name =>
            {
                RepositoryView view = RepositoryView.Open(store.Find(name), context);
                return (name, view.Active, view.Archive);
            }),
        ];
        if (request.Json)
        {
            JsonReport.Write(context.Output, json => WriteList(json, snapshots));
            return ExitCode.Success;
        }

        TextTable table = new("SNAPSHOT", ">INDEX_VERSION", "GENERATED", ">ACTIVE", ">ARCHIVE");
        foreach ((string name, IndexSheet active, IndexSheet archive) in snapshots)
        {
            table.Add(
                name,
                archive.IndexVersion.ToString(CultureInfo.InvariantCulture),
                archive.GeneratedAt.Text,
                active.Rows.Count.ToString(CultureInfo.InvariantCulture),
                archive.Rows.Count.ToString(CultureInfo.InvariantCulture)
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

    private static void WriteList(Utf8JsonWriter json, (string Name, IndexSheet Active, IndexSheet Archive)[] snapshots)
    {
        json.WriteStartArray("snapshots");
        foreach ((string name, IndexSheet active, IndexSheet archive) in snapshots)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("index_version", archive.IndexVersion);
            json.WriteString("generated_at", archive.GeneratedAt.Text);
            json.WriteNumber("active", active.Rows.Count);
            json.WriteNumber("archive", archive.Rows.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
