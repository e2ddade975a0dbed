using System.Buffers;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Site;

/// <summary>What the search as you type looks through: fetched when somebody begins to type, not before.</summary>
internal static class SearchDocument
{
    // Of a time as 2026-05-01T12:00:00Z.
    private const int DateLength = 10;

    /// <summary>
    /// One row for each advertised package: name, version, description, the names it provides, the day of its build, the bytes
    /// that it installs, and its architecture.
    /// </summary>
    internal static void Write(IReadOnlyList<IndexEntry> active, IBufferWriter<byte> output) =>
        CompactJson.Write(
            output,
            json =>
            {
                json.WriteStartArray();
                foreach (IndexEntry entry in active)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(entry.Name.Text);
                    json.WriteStringValue(entry.Version.Text);
                    json.WriteStringValue(entry.Description);
                    json.WriteStartArray();
                    foreach (Provide provide in entry.Provides)
                    {
                        json.WriteStringValue(provide.Name.Text);
                    }

                    json.WriteEndArray();
                    json.WriteStringValue(entry.Build?.Timestamp.Text[..DateLength] ?? "");
                    json.WriteNumberValue(entry.SizeInstalled);
                    json.WriteStringValue(entry.Architecture.Text);

                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }
        );
}
