using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Querying;

/// <summary>Shows the versions of one package from the newest to the oldest, and what each changed.</summary>
internal static class HistoryOperation
{
    /// <summary>Shows a name's history.</summary>
    /// <exception cref="UserErrorException">There is no such package.</exception>
    internal static int Run(string location, PackageName name, bool json, OperationContext context)
    {
        RepositoryView view = RepositoryView.Open(location, context);
        List<IndexRow> rows = view.VersionsOf(name);
        IndexEntry[] entries = [.. rows.Select(static row => row.Entry)];
        List<EntryChange>[] changes = [.. entries.Select((entry, i) => ChangesSince(Predecessor(entries, i), entry))];
        if (json)
        {
            JsonReport.Write(
                context.Output,
                writer =>
                {
                    ListOperation.WriteHead(writer, view);
                    writer.WriteString("name", name.Text);
                    writer.WriteStartArray("versions");
                    for (int i = 0; i < entries.Length; i++)
                    {
                        writer.WriteStartObject();
                        writer.WritePropertyName("package");
                        ListOperation.WriteSummary(writer, entries[i], view.IsActive(rows[i]));
                        writer.WriteString("sha256", entries[i].Hash.ToString());
                        writer.WriteStartArray("changes");
                        foreach (EntryChange change in changes[i])
                        {
                            change.Write(writer);
                        }

                        writer.WriteEndArray();
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                }
            );
            return ExitCode.Success;
        }

        TextTable table = new("VERSION", "ARCH", "BUILT", ">INSTALLED", ">DOWNLOAD", "STATE", "CHANGES");
        for (int i = 0; i < entries.Length; i++)
        {
            IndexEntry entry = entries[i];
            string state =
                view.IsActive(rows[i]) ? "active"
                : entry.Withdrawn is not null ? "withdrawn"
                : entry.Version is { IsPreRelease: true, IsLetterRelease: false } ? "pre-release"
                : "archived";
            table.Add(
                entry.Version.Text,
                entry.Architecture.Text,
                entry.Build?.Timestamp.Text ?? "",
                ByteCount.Text(entry.SizeInstalled),
                ByteCount.Text(entry.SizeCompressed),
                state,
                string.Join("; ", changes[i])
            );
        }

        table.Write(context.Output);
        return ExitCode.Success;
    }

    /// <summary>The next older entry for the same architecture, or else the next older one at all.</summary>
    private static IndexEntry? Predecessor(IndexEntry[] entries, int index)
    {
        IndexEntry entry = entries[index];
        IndexEntry[] older = Array.FindAll(entries[(index + 1)..], other => other.Version != entry.Version);
        return Array.Find(older, other => other.Architecture == entry.Architecture) ?? older.FirstOrDefault();
    }

    private static List<EntryChange> ChangesSince(IndexEntry? older, IndexEntry newer) =>
        older is null ? [] : EntryChanges.Between(older, newer);
}
