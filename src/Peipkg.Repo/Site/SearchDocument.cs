using System.Buffers;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Site;

/// <summary>What the search as you type looks through: fetched when somebody begins to type, not before.</summary>
internal static class SearchDocument
{
    /// <summary>One row for each advertised package: name, version, description, and the names it provides.</summary>
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
                    if (entry.Provides.Count > 0)
                    {
                        json.WriteStartArray();
                        foreach (Provide provide in entry.Provides)
                        {
                            json.WriteStringValue(provide.Name.Text);
                        }

                        json.WriteEndArray();
                    }

                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }
        );
}
