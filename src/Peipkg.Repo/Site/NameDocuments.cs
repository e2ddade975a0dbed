using System.Runtime.InteropServices;
using System.Text.Json;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Site;

/// <summary>
/// What a page must know of a name beyond its own package: all versions, who provides it, who needs it. Spread over a
/// fixed number of files by the name's hash, so that a page fetches little and a publication changes few of them.
/// </summary>
internal sealed class NameDocuments
{
    // More packages than one build makes; those of one time and version by chance are no build.
    private const int LargestBuild = 40;

    private readonly Dictionary<string, Facts>?[] _files = new Dictionary<string, Facts>?[SiteLayout.NameFiles];

    private NameDocuments() { }

    /// <summary>The files that have names in them.</summary>
    /// <param name="active">The advertised entries.</param>
    /// <param name="archive">The rows of the archive.</param>
    internal static IEnumerable<SiteFile> Write(IReadOnlyList<IndexEntry> active, IReadOnlyList<IndexRow> archive)
    {
        NameDocuments documents = new();
        foreach (IndexEntry entry in active)
        {
            documents.AddRelations(entry);
        }

        documents.AddBuilds(active);

        Facts? facts = null;
        PackageName last = default;
        foreach (IndexRow row in archive)
        {
            facts = facts is not null && row.Name == last ? facts : documents.Of(row.Name.Text);
            (facts.Versions ??= new(1)).Add(row);
            last = row.Name;
        }

        return documents.Write();
    }

    private void AddRelations(IndexEntry entry)
    {
        foreach (Dependency dependency in entry.Dependencies)
        {
            (Of(dependency.Name.Text).NeededBy ??= []).Add(entry.Name.Text);
        }

        foreach (Dependency dependency in entry.OptionalDependencies)
        {
            (Of(dependency.Name.Text).SuggestedBy ??= []).Add(entry.Name.Text);
        }

        foreach (Provide provide in entry.Provides)
        {
            (Of(provide.Name.Text).ProvidedBy ??= []).Add(entry.Name.Text);
        }
    }

    /// <summary>What one build made: the same version of the same time by the same farm.</summary>
    private void AddBuilds(IReadOnlyList<IndexEntry> active)
    {
        Dictionary<(string, string, string), List<string>> builds = [];
        foreach (IndexEntry entry in active)
        {
            if (entry.Build is { } build)
            {
                (
                    CollectionsMarshal.GetValueRefOrAddDefault(
                        builds,
                        (entry.Version.Text, build.Timestamp.Text, build.FarmId),
                        out _
                    ) ??= new(1)
                ).Add(entry.Name.Text);
            }
        }

        foreach (List<string> names in builds.Values)
        {
            foreach (string name in names.Count is > 1 and <= LargestBuild ? names : [])
            {
                Of(name).BuiltWith = names;
            }
        }
    }

    private Facts Of(string name)
    {
        Dictionary<string, Facts> file = _files[SiteLayout.NumberOf(name)] ??= new(StringComparer.Ordinal);
        return CollectionsMarshal.GetValueRefOrAddDefault(file, name, out _) ??= new Facts();
    }

    private IEnumerable<SiteFile> Write()
    {
        for (int number = 0; number < _files.Length; number++)
        {
            if (_files[number] is { } names)
            {
                yield return new SiteFile(
                    SiteLayout.NamesFile(number),
                    output =>
                        CompactJson.Write(
                            output,
                            json =>
                            {
                                json.WriteStartObject();
                                foreach (
                                    (string name, Facts facts) in names.OrderBy(
                                        static pair => pair.Key,
                                        StringComparer.Ordinal
                                    )
                                )
                                {
                                    json.WriteStartObject(name);
                                    facts.Write(json);
                                    json.WriteEndObject();
                                }

                                json.WriteEndObject();
                            }
                        )
                );
            }
        }
    }

    private sealed class Facts
    {
        internal List<IndexRow>? Versions { get; set; }

        internal List<string>? ProvidedBy { get; set; }

        internal List<string>? NeededBy { get; set; }

        internal List<string>? SuggestedBy { get; set; }

        internal List<string>? BuiltWith { get; set; }

        internal void Write(Utf8JsonWriter json)
        {
            if (Versions is not null)
            {
                json.WriteStartArray("versions");
                Versions.ForEach(row => WriteVersion(json, row));
                json.WriteEndArray();
            }

            WriteNames(json, "provided_by", ProvidedBy);
            WriteNames(json, "needed_by", NeededBy);
            WriteNames(json, "suggested_by", SuggestedBy);
            WriteNames(json, "built_with", BuiltWith);
        }

        /// <summary>Version, architecture, bytes to fetch, time of the build, whether it is a pre-release, and whether it is withdrawn.</summary>
        private static void WriteVersion(Utf8JsonWriter json, IndexRow row)
        {
            json.WriteStartArray();
            json.WriteStringValue(row.Version.Text);
            json.WriteStringValue(row.Architecture.Text);
            json.WriteNumberValue(row.Size);
            json.WriteStringValue(row.Entry.Build?.Timestamp.Text ?? "");
            if (row.Version.IsPreRelease || !row.IsOffered)
            {
                json.WriteBooleanValue(row.Version.IsPreRelease);
            }

            if (!row.IsOffered)
            {
                json.WriteBooleanValue(true);
            }

            json.WriteEndArray();
        }

        private static void WriteNames(Utf8JsonWriter json, string field, List<string>? names)
        {
            if (names is not null)
            {
                json.WriteStartArray(field);
                names.ForEach(json.WriteStringValue);
                json.WriteEndArray();
            }
        }
    }
}
