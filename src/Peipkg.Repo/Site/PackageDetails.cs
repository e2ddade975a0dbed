using System.Text.Json;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Site;

/// <summary>
/// What a package's page shows and a consumer does not need: a small document beside the package, written once and, like
/// the package, never changed. It holds the index entry word by word, where the source came from, who signed, and what
/// gets installed.
/// </summary>
internal static class PackageDetails
{
    private static ReadOnlySpan<byte> Start => "{\"schema_version\":1,\"package\":"u8;

    /// <summary>The document of a package that has been read.</summary>
    /// <param name="row">Its index entry.</param>
    /// <param name="package">Its content.</param>
    /// <param name="siblings">What lies beside it.</param>
    internal static ReadOnlyMemory<byte> Write(IndexRow row, VerifiedPackage package, PackageSiblings siblings) =>
        Write(
            row,
            json =>
            {
                json.WriteString("source_ref", package.Manifest.Build.SourceRef);
                WriteOrigin(json, package.Manifest);
                json.WriteString("signer", package.Signature?.KeyFingerprint.Text);
                WriteSiblings(json, siblings);
                json.WriteStartArray("files");
                foreach (PackageEntry entry in EntriesOf(package))
                {
                    WriteEntry(json, entry);
                }

                json.WriteEndArray();
            }
        );

    /// <summary>What only the manifests of newer editions say.</summary>
    private static void WriteOrigin(Utf8JsonWriter json, Manifest manifest)
    {
        if (manifest.SpecialSystemPackage)
        {
            json.WriteBoolean("special_system_package", true);
        }

        foreach (
            (string name, string? value) in new[]
            {
                ("source_package", manifest.Build.SourcePackage),
                ("recipe_ref", manifest.Build.RecipeRef),
                ("builder", manifest.Build.Builder),
            }
        )
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }
    }

    /// <summary>The document of a published package, which is read once more if its file is there.</summary>
    /// <param name="root">Where the package lies: the repository, or a snapshot of it.</param>
    /// <param name="row">Its index entry.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <param name="siblings">What lies beside it; null for what lies there now.</param>
    internal static ReadOnlyMemory<byte> OfPublished(
        string root,
        IndexRow row,
        CancellationToken cancellation,
        PackageSiblings? siblings = null
    ) =>
        PublishedPackageReader.TryRead(root, row, cancellation) is { } package
            ? Write(row, package, siblings ?? SiblingsOf(root, row))
            : WriteWithoutFiles(row);

    /// <summary>What lies beside a published package.</summary>
    /// <param name="root">Where the package lies: the repository, or a snapshot of it.</param>
    /// <param name="row">Its index entry.</param>
    internal static PackageSiblings SiblingsOf(string root, IndexRow row) =>
        row.Place is { } place
            ? PackageSiblings.Of(
                SiblingFiles.Beside(Path.Combine(root, place)),
                RebuildFiles.Published(Path.Combine(root, place), row.Hash)
            )
            : TryFind(root, row)?.Siblings ?? PackageSiblings.None;

    /// <summary>The document of a package whose file is not at hand.</summary>
    private static ReadOnlyMemory<byte> WriteWithoutFiles(IndexRow row) =>
        Write(
            row,
            static json =>
            {
                json.WriteNull("source_ref");
                json.WriteNull("signer");
                json.WriteNull("files");
            }
        );

    /// <summary>Reads what a package installs, and who signed it, out of its document.</summary>
    /// <param name="content">The document.</param>
    /// <param name="row">The package's index entry.</param>
    /// <returns>Null when the document is not this package's, is damaged, or does not know the files.</returns>
    internal static PackageContent? TryRead(ReadOnlySpan<byte> content, IndexRow row)
    {
        if (!content.StartsWith(Start) || !content[Start.Length..].StartsWith(row.Json.Span))
        {
            return null;
        }

        // What follows the entry is an object's members again, behind a brace instead of the comma.
        byte[] rest = content[(Start.Length + row.Json.Length)..].ToArray();
        if (rest.Length == 0)
        {
            return null;
        }

        rest[0] = (byte)'{';
        try
        {
            Utf8JsonReader reader = new(rest);
            return Read(ref reader);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Finds a package's document beside it and reads it.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="row">The package's index entry.</param>
    /// <returns>Null when there is none that tells anything.</returns>
    internal static PackageContent? TryFind(string root, IndexRow row)
    {
        try
        {
            return TryRead(File.ReadAllBytes(Path.Combine(root, row.DetailsPlace)), row);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void WriteSiblings(Utf8JsonWriter json, PackageSiblings siblings)
    {
        if (siblings.Suffixes.Count > 0)
        {
            JsonReport.WriteStrings(json, "siblings", siblings.Suffixes);
        }

        if (siblings.Rebuilds.Count > 0)
        {
            json.WriteStartArray("rebuilds");
            foreach (RebuildNote note in siblings.Rebuilds)
            {
                json.WriteStartArray();
                json.WriteStringValue(note.Key);
                json.WriteStringValue(note.Verdict);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }
    }

    private static ReadOnlyMemory<byte> Write(IndexRow row, Action<Utf8JsonWriter> writeRest) =>
        CompactJson.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("schema_version", 1);
            json.WritePropertyName("package");
            json.WriteRawValue(row.Json.Span, skipInputValidation: true);
            writeRest(json);
            json.WriteEndObject();
        });

    /// <summary>The entries worth telling: directories with content go without saying.</summary>
    internal static IEnumerable<PackageEntry> EntriesOf(VerifiedPackage package) =>
        package.Entries.Where(
            (entry, i) =>
                entry.Kind != PayloadKind.Directory
                || i + 1 == package.Entries.Count
                || package.Entries[i + 1].Parent != entry
        );

    /// <summary>An entry's path; a directory's ends in a slash.</summary>
    internal static string PathOf(PackageEntry entry) =>
        entry.Kind == PayloadKind.Directory ? entry.Path + "/" : entry.Path;

    /// <summary>Files have a size, links a target.</summary>
    private static void WriteEntry(Utf8JsonWriter json, PackageEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("path", PathOf(entry));
        if (entry.Kind == PayloadKind.File)
        {
            json.WriteNumber("size", entry.Size);
        }
        else if (entry.LinkTarget is { } target)
        {
            json.WriteString("target", target);
        }

        json.WriteEndObject();
    }

    private static PackageContent? Read(ref Utf8JsonReader reader)
    {
        string? signer = null;
        string? source = null;
        string? sourcePackage = null;
        string? recipe = null;
        string? builder = null;
        bool special = false;
        List<string> siblings = [];
        List<RebuildNote> rebuilds = [];
        List<string>? paths = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("signer"u8))
            {
                reader.Read();
                signer = reader.GetString();
            }
            else if (reader.ValueTextEquals("source_ref"u8))
            {
                reader.Read();
                source = reader.GetString();
            }
            else if (reader.ValueTextEquals("source_package"u8))
            {
                reader.Read();
                sourcePackage = reader.GetString();
            }
            else if (reader.ValueTextEquals("recipe_ref"u8))
            {
                reader.Read();
                recipe = reader.GetString();
            }
            else if (reader.ValueTextEquals("builder"u8))
            {
                reader.Read();
                builder = reader.GetString();
            }
            else if (reader.ValueTextEquals("special_system_package"u8))
            {
                reader.Read();
                special = reader.GetBoolean();
            }
            else if (reader.ValueTextEquals("siblings"u8))
            {
                reader.Read();
                siblings = ReadSiblings(ref reader);
            }
            else if (reader.ValueTextEquals("rebuilds"u8))
            {
                reader.Read();
                rebuilds = ReadRebuilds(ref reader);
            }
            else if (reader.ValueTextEquals("files"u8))
            {
                reader.Read();
                paths = reader.TokenType == JsonTokenType.StartArray ? ReadPaths(ref reader) : null;
            }
            else
            {
                reader.Skip();
            }
        }

        return paths is null
            ? null
            : new PackageContent(signer, source, paths)
            {
                SourcePackage = sourcePackage,
                Recipe = recipe,
                Builder = builder,
                IsSpecial = special,
                Siblings = new PackageSiblings(siblings, rebuilds),
            };
    }

    private static List<string> ReadSiblings(ref Utf8JsonReader reader)
    {
        List<string> siblings = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            string? suffix = reader.GetString();
            if (SiblingNames.Published.Contains(suffix, StringComparer.Ordinal))
            {
                siblings.Add(suffix!);
            }
        }

        return siblings;
    }

    private static List<RebuildNote> ReadRebuilds(ref Utf8JsonReader reader)
    {
        List<RebuildNote> rebuilds = [];
        while (
            reader.Read()
            && reader.TokenType == JsonTokenType.StartArray
            && rebuilds.Count < RebuildVerdict.MostVerdicts
        )
        {
            reader.Read();
            string key = reader.GetString() ?? "";
            reader.Read();
            rebuilds.Add(new RebuildNote(key, reader.GetString() ?? ""));
            reader.Read();
        }

        return rebuilds;
    }

    private static List<string> ReadPaths(ref Utf8JsonReader reader)
    {
        List<string> paths = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject && paths.Count <= Limits.PayloadEntries)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isPath = reader.ValueTextEquals("path"u8);
                reader.Read();
                if (isPath)
                {
                    paths.Add(reader.GetString()!);
                }
            }
        }

        return paths;
    }
}

/// <summary>What is told of a package's inside.</summary>
/// <param name="Signer">The signing key's fingerprint; null when unsigned.</param>
/// <param name="Source">Where the source came from.</param>
/// <param name="Paths">Files and symlinks, and, with a slash at the end, directories without content.</param>
internal sealed record PackageContent(string? Signer, string? Source, IReadOnlyList<string> Paths)
{
    /// <summary>The source package that it was built of.</summary>
    internal string? SourcePackage { get; init; }

    /// <summary>The recipe that it was built with.</summary>
    internal string? Recipe { get; init; }

    /// <summary>The program that built it.</summary>
    internal string? Builder { get; init; }

    /// <summary>Whether it asks to install outside the layout.</summary>
    internal bool IsSpecial { get; init; }

    /// <summary>What lies beside it.</summary>
    internal PackageSiblings Siblings { get; init; } = PackageSiblings.None;
}
