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
    uint Umask
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
                    ScriptCommand.UmaskOf(request)
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

            return JsonSerializer.Deserialize(stream, StageRecordContext.Default.StageRecord)
                ?? throw new JsonException("it is empty");
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

    /// <summary>The build that left the directory.</summary>
    /// <exception cref="UserErrorException">The record was changed and is none any more.</exception>
    internal BuildRequest ToRequest(string stage, string recipe, string output)
    {
        Edition? edition = null;
        Architecture architecture = default;
        return
            (SourceRef, FarmId, Source) is (not null, not null, not null)
            && PackageVersion.TryParse(Version, out PackageVersion version, out _)
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

/// <summary>Reads and writes the record without reflection.</summary>
[JsonSerializable(typeof(StageRecord))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class StageRecordContext : JsonSerializerContext;
