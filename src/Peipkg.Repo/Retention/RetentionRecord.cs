using System.Globalization;
using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Retention;

/// <summary>A package that the repository no longer has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version as spelled.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="Hash">The digest of its file.</param>
/// <param name="IndexVersion">The first generation without it.</param>
internal sealed record PrunedPackage(string Name, string Version, string Architecture, string Hash, ulong IndexVersion)
{
    internal bool IsOf(IndexRow row) =>
        row.Name.Text == Name && row.Version.Text == Version && row.Architecture.Text == Architecture;
}

/// <summary>
/// What a repository tells of the pre-releases it does not keep for ever, as §6.3 asks of one that prunes: the rule it
/// last followed and every package that went. It lies in the repository as <c>retention.json</c>, for people and for
/// publications, which never give an identity to other bytes.
/// </summary>
/// <param name="OlderThanDays">Pre-releases built longer ago may go.</param>
/// <param name="Keep">So many of the newest pre-releases of each name stay, however old.</param>
/// <param name="Pruned">What went, in the order it did.</param>
internal sealed record RetentionRecord(int OlderThanDays, int Keep, IReadOnlyList<PrunedPackage> Pruned)
{
    /// <summary>The rule in a sentence.</summary>
    internal string Sentence =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Pre-releases built more than {OlderThanDays} days ago may be removed, except the newest {Keep} of each package; releases stay for ever."
        );

    /// <summary>Reads a repository's record.</summary>
    /// <returns>Null when nothing was ever pruned.</returns>
    /// <exception cref="UserErrorException">The record is damaged.</exception>
    internal static RetentionRecord? Read(string root)
    {
        string path = Path.Combine(root, RepositoryLayout.Retention);
        if (FileStatus.Of(path, followLinks: true) is not { } present)
        {
            return null;
        }

        if (!present.IsRegular)
        {
            // Opening a FIFO would wait for a writer for ever.
            throw new UserErrorException(
                $"{path} is not a regular file; remove it, or restore it from a mirror or a backup"
            );
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > Limits.IndexBytes)
            {
                throw new JsonException("it is too large");
            }

            using JsonDocument document = JsonDocument.Parse(file);
            JsonElement policy = document.RootElement.GetProperty("policy");
            return new RetentionRecord(
                policy.GetProperty("older_than_days").GetInt32(),
                policy.GetProperty("keep").GetInt32(),
                [
                    .. document
                        .RootElement.GetProperty("pruned")
                        .EnumerateArray()
                        .Select(static item => new PrunedPackage(
                            Text(item, "name"),
                            Text(item, "version"),
                            Text(item, "architecture"),
                            Text(item, "sha256"),
                            item.GetProperty("index_version").GetUInt64()
                        )),
                ]
            );
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException(
                $"{path} cannot be read ({error.Message}); restore it from a mirror or a backup, for it tells which packages were pruned",
                error
            );
        }

        static string Text(JsonElement item, string name) =>
            item.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null");
    }

    /// <summary>The document.</summary>
    internal ReadOnlyMemory<byte> Write() =>
        CompactJson.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("schema_version", 1);
            json.WriteStartObject("policy");
            json.WriteNumber("older_than_days", OlderThanDays);
            json.WriteNumber("keep", Keep);
            json.WriteString("description", Sentence);
            json.WriteEndObject();
            json.WriteStartArray("pruned");
            foreach (PrunedPackage package in Pruned)
            {
                json.WriteStartObject();
                json.WriteString("name", package.Name);
                json.WriteString("version", package.Version);
                json.WriteString("architecture", package.Architecture);
                json.WriteString("sha256", package.Hash);
                json.WriteNumber("index_version", package.IndexVersion);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <summary>A refusal for each new package whose identity belonged to other bytes once.</summary>
    internal IEnumerable<Refusal> Refuse(IEnumerable<NewPackage> packages) =>
        from package in packages
        let pruned = Pruned.FirstOrDefault(pruned => pruned.IsOf(package.Row))
        where pruned is not null && pruned.Hash != package.Row.Hash.ToString()
        select new Refusal(
            package.File,
            IntakeRule.Pruned,
            $"{package.Row} was published with other bytes ({pruned.Hash}) and pruned since; build it with a higher revision"
        );
}
