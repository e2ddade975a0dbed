using System.Text.Json;
using System.Text.Json.Serialization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Building;

/// <summary>What <c>--keep-stage</c> leaves beside the staged tree, so that it can be packed again.</summary>
internal sealed record StageRecord(
    string Version,
    string SourceRef,
    string FarmId,
    string Timestamp,
    string? Architecture,
    string? Edition,
    string Source,
    bool Sandbox,
    uint Umask,
    string? Root = null
)
{
    internal const string FileName = "stage.json";
    private const int MostBytes = 64 << 10;

    /// <summary>Records a build in its staging directory.</summary>
    internal static void Write(string root, BuildRequest request) =>
        File.WriteAllBytes(
            Path.Combine(root, FileName),
            JsonSerializer.SerializeToUtf8Bytes(
                new StageRecord(
                    request.Version.Text,
                    request.SourceRef,
                    request.FarmId,
                    request.Timestamp.Text,
                    request.Architecture?.Text,
                    request.Edition?.ToString(),
                    Path.GetFullPath(request.Source),
                    request.Sandbox is not null,
                    ScriptCommand.UmaskOf(request),
                    request.Sandbox?.Root
                ),
                StageRecordContext.Default.StageRecord
            )
        );

    /// <summary>Reads the record of a staging directory.</summary>
    /// <param name="stage">The staging directory as the user named it.</param>
    /// <exception cref="UserErrorException">It is none, or one that cannot be read.</exception>
    internal static StageRecord Load(string stage)
    {
        try
        {
            using Stream stream = ForeignFile.OpenStream(Path.Combine(stage, FileName));
            if (stream.Length > MostBytes)
            {
                throw new JsonException("it is too large");
            }

            using JsonDocument document = JsonDocument.Parse(stream);
            return Read(document.RootElement);
        }
        catch (Exception exception)
            when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            throw new UserErrorException(
                $"{stage} is not a staging directory that build --keep-stage has left"
                    + (exception is JsonException ? $": {FileName} cannot be read: {exception.Message}" : ""),
                exception
            );
        }
    }

    // By hand: what reads any record by its type would be a twentieth of the program.
    private static StageRecord Read(JsonElement record)
    {
        return new StageRecord(
            Required("version"),
            Required("source_ref"),
            Required("farm_id"),
            Required("timestamp"),
            Optional("architecture"),
            Optional("edition"),
            Required("source"),
            Member("sandbox")?.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw new JsonException("\"sandbox\" is neither true nor false"),
            },
            Member("umask") is { ValueKind: JsonValueKind.Number } umask && umask.TryGetUInt32(out uint bits)
                ? bits
                : throw new JsonException("\"umask\" is missing or no number")
        );

        string Required(string name) =>
            Optional(name) ?? throw new JsonException($"\"{name}\" is missing or no string");

        string? Optional(string name) =>
            Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

        JsonElement? Member(string name) =>
            record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out JsonElement value)
                ? value
                : null;
    }

    /// <summary>The build that left the directory.</summary>
    /// <exception cref="UserErrorException">The record was changed and is none any more.</exception>
    internal BuildRequest ToRequest(string stage, string recipe, string output)
    {
        Edition? edition = null;
        Architecture architecture = default;
        return
            PackageVersion.TryParse(Version, out PackageVersion version, out _)
            && Format.Identity.Timestamp.TryParse(Timestamp, out Timestamp timestamp, out _)
            && (Edition is null || Format.Editions.Edition.TryParse(Edition, out edition, out _))
            && (Architecture is null || Format.Identity.Architecture.TryParse(Architecture, out architecture, out _))
            ? new BuildRequest
            {
                Recipe = recipe,
                Source = Source,
                Version = version,
                SourceRef = SourceRef,
                FarmId = FarmId,
                Timestamp = timestamp,
                Output = output,
                Architecture = Architecture is null ? null : architecture,
                Edition = edition,
            }
            : throw new UserErrorException($"{Path.Combine(stage, FileName)} was changed and cannot be used");
    }
}

/// <summary>Writes the record without reflection.</summary>
[JsonSerializable(typeof(StageRecord))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class StageRecordContext : JsonSerializerContext;
