using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Querying;

/// <summary>Lists what a repository holds.</summary>
internal static class ListOperation
{
    /// <summary>Lists.</summary>
    /// <param name="location">The repository.</param>
    /// <param name="all">Whether to list every version, not only what the active index advertises.</param>
    /// <param name="json">Whether to report in JSON.</param>
    /// <param name="context">The world.</param>
    internal static int Run(string location, bool all, bool json, OperationContext context)
    {
        RepositoryView view = RepositoryView.Open(location, context);
        IReadOnlyList<IndexRow> rows = all ? view.Archive.Rows : view.Active.Rows;
        IndexEntry[] entries = [.. rows.Select(static row => row.Entry)];
        if (json)
        {
            JsonReport.Write(
                context.Output,
                writer =>
                {
                    WriteHead(writer, view);
                    writer.WriteStartArray("packages");
                    for (int i = 0; i < entries.Length; i++)
                    {
                        WriteSummary(writer, entries[i], !all || view.IsActive(rows[i]));
                    }

                    writer.WriteEndArray();
                }
            );
            return ExitCode.Success;
        }

        TextTable table = all
            ? new TextTable("NAME", "VERSION", "ARCH", ">INSTALLED", "STATE", "DESCRIPTION")
            : new TextTable("NAME", "VERSION", "ARCH", ">INSTALLED", "DESCRIPTION");
        for (int i = 0; i < entries.Length; i++)
        {
            IndexEntry entry = entries[i];
            string[] head =
            [
                entry.Name.Text,
                entry.Version.Text,
                entry.Architecture.Text,
                ByteCount.Text(entry.SizeInstalled),
            ];
            table.Add(all ? [.. head, State(view, rows[i]), entry.Description] : [.. head, entry.Description]);
        }

        table.Write(context.Output);
        if (entries.Length == 0)
        {
            context.Diagnostics.Note($"\"{view.Descriptor.Name}\" is empty");
        }

        return ExitCode.Success;
    }

    /// <summary>What every query's JSON begins with: the state that was looked at.</summary>
    internal static void WriteHead(Utf8JsonWriter json, RepositoryView view)
    {
        json.WriteString("repository", view.Descriptor.Name);
        json.WriteNumber("index_version", view.Archive.IndexVersion);
        json.WriteString("generated_at", view.Archive.GeneratedAt.Text);
    }

    /// <summary>A package in short.</summary>
    internal static void WriteSummary(Utf8JsonWriter json, IndexEntry entry, bool active)
    {
        json.WriteStartObject();
        json.WriteString("name", entry.Name.Text);
        json.WriteString("version", entry.Version.Text);
        json.WriteString("architecture", entry.Architecture.Text);
        json.WriteString("description", entry.Description);
        json.WriteNumber("size_compressed", entry.SizeCompressed);
        json.WriteNumber("size_installed", entry.SizeInstalled);
        json.WriteString("built", entry.Build?.Timestamp.Text);
        json.WriteBoolean("active", active);
        json.WriteBoolean("pre_release", entry.Version.IsPreRelease);
        if (entry.Withdrawn is { } withdrawal)
        {
            json.WriteString("withdrawn", withdrawal.Reason);
        }

        json.WriteEndObject();
    }

    private static string State(RepositoryView view, IndexRow row) =>
        view.IsActive(row) ? "active"
        : row.IsOffered ? "archived"
        : "withdrawn";
}
