using System.Text.Json.Serialization;
using Peipkg.Build.Rules;
using Peipkg.Build.World;

namespace Peipkg.Build.Checking.Reports;

/// <summary>The report of <c>check</c> for programs, in a form of our own.</summary>
internal static class CheckJson
{
    internal static string Write(CheckReport report) =>
        JsonOutput.Text(
            new CheckDocument(
                report.Recipes,
                report.Count(Severity.Error),
                report.Count(Severity.Warning),
                report.Count(Severity.Note),
                [
                    .. report.Findings.Select(finding => new CheckDocument.FoundProblem(
                        finding.Rule.Id,
                        finding.Severity.Text(),
                        finding.File,
                        finding.Position?.Line,
                        finding.Position?.Column,
                        finding.Message,
                        finding.Remedy
                    )),
                ],
                report
                    .Tags?.Select(tag => new CheckDocument.TriedTag(tag.Name, tag.Version?.Text, tag.Reason))
                    .ToArray()
            ),
            CheckJsonContext.Default.CheckDocument
        );
}

/// <summary>The document that <c>check --format json</c> prints.</summary>
internal sealed record CheckDocument(
    int Recipes,
    int Errors,
    int Warnings,
    int Notes,
    CheckDocument.FoundProblem[] Findings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CheckDocument.TriedTag[]? Tags
)
{
    /// <summary>A finding; without a place where it concerns the whole file.</summary>
    internal sealed record FoundProblem(
        string Rule,
        string Severity,
        string? File,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Line,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Column,
        string Message,
        string Remedy
    );

    /// <summary>A tag with the version that it becomes, or the reason why it becomes none.</summary>
    internal sealed record TriedTag(
        string Tag,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Version,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason
    );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    GenerationMode = JsonSourceGenerationMode.Serialization
)]
[JsonSerializable(typeof(CheckDocument))]
internal sealed partial class CheckJsonContext : JsonSerializerContext;
