using System.Text.Json.Serialization;
using Peipkg.Build.Rules;
using Peipkg.Build.World;
using Peipkg.CommandLine.Help;

namespace Peipkg.Build.Checking.Reports;

/// <summary>The report of <c>check</c> as SARIF 2.1.0, which code hosts show beside the lines of a change.</summary>
internal static class CheckSarif
{
    private const string Schema = "https://json.schemastore.org/sarif-2.1.0.json";

    internal static string Write(CheckReport report)
    {
        SarifRule[] rules =
        [
            .. RuleTable.All.Select(rule => new SarifRule(
                rule.Id,
                new SarifText(rule.Summary),
                new SarifText($"{rule.Summary} {rule.Why}"),
                new SarifText(rule.Remedy),
                new SarifConfiguration(rule.Severity.Text())
            )),
        ];
        SarifTool tool = new(new SarifDriver(ToolContext.Program, ProductVersion.Text, rules));
        SarifRun run = new(tool, "unicodeCodePoints", [.. report.Findings.Select(Result)]);
        return JsonOutput.Text(new SarifLog(Schema, "2.1.0", [run]), SarifContext.Default.SarifLog);
    }

    private static SarifResult Result(Finding finding)
    {
        SarifRegion? region = finding.Position is { } position ? new SarifRegion(position.Line, position.Column) : null;
        SarifPlace place = new(new SarifArtifact(UriOf(finding.File ?? "")), region);
        return new SarifResult(
            finding.Rule.Id,
            finding.Severity.Text(),
            new SarifText($"{finding.Message}. {finding.Remedy}"),
            [new SarifLocation(place)]
        );
    }

    // A relative path stays relative to whatever the host takes for the root; "./" would keep it from being matched.
    private static string UriOf(string path)
    {
        while (path.StartsWith("./", StringComparison.Ordinal))
        {
            path = path[2..].TrimStart('/');
        }

        string escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        return path.StartsWith('/') ? "file://" + escaped : escaped;
    }
}

internal sealed record SarifLog([property: JsonPropertyName("$schema")] string Schema, string Version, SarifRun[] Runs);

internal sealed record SarifRun(SarifTool Tool, string ColumnKind, SarifResult[] Results);

internal sealed record SarifTool(SarifDriver Driver);

internal sealed record SarifDriver(string Name, string Version, SarifRule[] Rules);

internal sealed record SarifRule(
    string Id,
    SarifText ShortDescription,
    SarifText FullDescription,
    SarifText Help,
    SarifConfiguration DefaultConfiguration
);

internal sealed record SarifConfiguration(string Level);

internal sealed record SarifText(string Text);

internal sealed record SarifResult(string RuleId, string Level, SarifText Message, SarifLocation[] Locations);

internal sealed record SarifLocation(SarifPlace PhysicalLocation);

internal sealed record SarifPlace(
    SarifArtifact ArtifactLocation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SarifRegion? Region
);

internal sealed record SarifArtifact(string Uri);

internal sealed record SarifRegion(int StartLine, int StartColumn);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    GenerationMode = JsonSourceGenerationMode.Serialization
)]
[JsonSerializable(typeof(SarifLog))]
internal sealed partial class SarifContext : JsonSerializerContext;
