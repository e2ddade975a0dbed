using System.Globalization;
using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Querying;

/// <summary>Tells two states of a repository apart: what a consumer that moves from one to the other will meet.</summary>
internal static class DiffOperation
{
    internal static int Run(
        RepositoryLocation oldLocation,
        RepositoryLocation newLocation,
        IReadOnlyList<Fingerprint> anchors,
        bool json,
        OperationContext context,
        CancellationToken stop
    )
    {
        if (anchors.Count == 0 && (oldLocation.Address ?? newLocation.Address) is { } address)
        {
            context.Diagnostics.Warning(
                $"without --trust FINGERPRINT nothing proves that what {address} shows is not made up by whoever answers there"
            );
        }

        RepositoryView old = RepositoryView.Open(oldLocation, anchors, context, stop);
        RepositoryView current = RepositoryView.Open(newLocation, anchors, context, stop);
        if (old.Descriptor.Name != current.Descriptor.Name)
        {
            context.Diagnostics.Warning(
                $"these are two repositories, \"{old.Descriptor.Name}\" and \"{current.Descriptor.Name}\""
            );
        }

        RepositoryDifference difference = RepositoryDifference.Between(old, current);
        if (json)
        {
            JsonReport.Write(context.Output, writer => WriteJson(writer, difference));
        }
        else
        {
            WriteText(difference, context.Output);
        }

        return ExitCode.Success;
    }

    private static void WriteText(RepositoryDifference difference, TextWriter output)
    {
        foreach (IndexEntry entry in difference.Appeared)
        {
            Line("+", $"{entry.Name} {entry.Version} {entry.Architecture}  {entry.Description}");
        }

        foreach (IndexEntry entry in difference.Vanished)
        {
            Line("-", $"{entry.Name} {entry.Version} {entry.Architecture}  {entry.Description}");
        }

        foreach (AdvertisedChange change in difference.Changed)
        {
            string verb = change.Direction switch
            {
                > 0 => "",
                < 0 => " (downgrade)",
                _ => " (changed in place)",
            };
            Line("~", $"{change.New.Name} {change.Old.Version} -> {change.New.Version}{verb}");
            foreach (EntryChange field in change.Changes)
            {
                Line(" ", $"    {field}");
            }
        }

        foreach (IndexRow row in difference.Rewritten)
        {
            Line("!", $"{row} has other bytes than before, which no repository may do to what it published");
        }

        foreach (IndexRow row in difference.Forgotten)
        {
            Line("-", $"{row} is gone from the archive");
        }

        foreach (IndexRow row in difference.Marked)
        {
            Line(
                row.IsOffered ? "+" : "-",
                row.Entry.Withdrawn is { } withdrawal
                    ? $"{row} is withdrawn: {withdrawal.Reason}"
                    : $"{row} is offered again"
            );
        }

        foreach (KeyChange change in difference.Keys)
        {
            Line(
                "k",
                $"{(change.New ?? change.Old)!.Fingerprint.Grouped} {Status(change.Old)} -> {Status(change.New)}"
            );
        }

        (RepositoryView old, RepositoryView current) = (difference.Old, difference.New);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"index_version {old.Archive.IndexVersion} -> {current.Archive.IndexVersion}: {difference.Published.Count} published, "
                    + $"{difference.Forgotten.Count} forgotten; {difference.Appeared.Count} names new, {difference.Vanished.Count} gone, "
                    + $"{difference.Changed.Count} changed"
            )
        );

        void Line(string mark, string text) => output.WriteLine($"{mark} {TerminalText.Escape(text)}");
    }

    private static string Status(DescriptorKey? key) =>
        key switch
        {
            null => "absent",
            { Status: KeyStatus.Active } => "active",
            { Status: KeyStatus.Revoked } => "revoked",
            _ => $"transitioning until {key.ValidUntil}",
        };

    private static void WriteJson(Utf8JsonWriter json, RepositoryDifference difference)
    {
        WriteState("old", difference.Old);
        WriteState("new", difference.New);
        json.WriteBoolean("same", difference.IsEmpty);
        WriteEntries("appeared", difference.Appeared);
        WriteEntries("vanished", difference.Vanished);
        json.WriteStartArray("changed");
        foreach (AdvertisedChange change in difference.Changed)
        {
            json.WriteStartObject();
            json.WriteString("name", change.New.Name.Text);
            json.WriteString("from", change.Old.Version.Text);
            json.WriteString("to", change.New.Version.Text);
            json.WriteString(
                "direction",
                change.Direction switch
                {
                    > 0 => "upgrade",
                    < 0 => "downgrade",
                    _ => "same",
                }
            );
            json.WriteStartArray("changes");
            foreach (EntryChange field in change.Changes)
            {
                field.Write(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteRows("published", difference.Published);
        WriteRows("forgotten", difference.Forgotten);
        WriteRows("rewritten", difference.Rewritten);
        WriteRows("withdrawn", difference.Marked.Where(static row => !row.IsOffered));
        WriteRows("offered_again", difference.Marked.Where(static row => row.IsOffered));
        json.WriteStartArray("keys");
        foreach (KeyChange change in difference.Keys)
        {
            json.WriteStartObject();
            json.WriteString("fingerprint", (change.New ?? change.Old)!.Fingerprint.Text);
            json.WriteString("from", Status(change.Old));
            json.WriteString("to", Status(change.New));
            json.WriteEndObject();
        }

        json.WriteEndArray();

        void WriteState(string name, RepositoryView view)
        {
            json.WriteStartObject(name);
            ListOperation.WriteHead(json, view);
            json.WriteEndObject();
        }

        void WriteEntries(string name, IReadOnlyList<IndexEntry> entries)
        {
            json.WriteStartArray(name);
            foreach (IndexEntry entry in entries)
            {
                ListOperation.WriteSummary(json, entry, active: true);
            }

            json.WriteEndArray();
        }

        void WriteRows(string name, IEnumerable<IndexRow> rows)
        {
            json.WriteStartArray(name);
            foreach (IndexRow row in rows)
            {
                json.WriteStartObject();
                row.Identity.Write(json);
                json.WriteString("sha256", row.Hash.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }
}
