using System.Text;
using System.Text.Json.Serialization;
using Peipkg.Build.Deriving;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Inspecting;

/// <summary>What <c>inspect --why</c> prints.</summary>
internal static class NameOriginReport
{
    /// <summary>For people: first who provides the name, then who needs it, a line for each file.</summary>
    internal static string Text(NameOrigin origin)
    {
        StringBuilder text = new();
        string name = TerminalText.Escape(origin.Name);
        if (origin.Provide is not null || origin.Providers.Count > 0)
        {
            string version = origin.Provide?.Version is { } given ? $" {given}" : "";
            Append(
                text,
                $"provides {name}{version}",
                origin.Provide is null ? "the manifest does not say so" : null,
                origin.Providers
            );
        }

        if (origin.Need is not null || origin.Needers.Count > 0)
        {
            string constraint = origin.Need?.Constraint is { } given ? $" {given}" : "";
            Append(
                text,
                $"needs {name}{constraint}",
                origin.Need is not null ? null
                    : origin.Provide is not null ? "which it provides itself"
                    : "the manifest does not say so",
                origin.Needers
            );
        }

        return text.ToString();
    }

    /// <summary>For programs.</summary>
    internal static string Json(NameOrigin origin) =>
        JsonOutput.Text(
            new NameOriginDocument(
                origin.Name,
                new NameOriginDocument.Side(
                    origin.Provide is not null,
                    origin.Provide?.Version?.Text,
                    Describe(origin.Providers)
                ),
                new NameOriginDocument.Side(
                    origin.Need is not null,
                    origin.Need?.Constraint?.Text,
                    Describe(origin.Needers)
                )
            ),
            NameOriginJson.Default.NameOriginDocument
        );

    private static void Append(StringBuilder text, string what, string? remark, IReadOnlyList<NameSource> files)
    {
        text.Append(what).Append(remark is null ? "" : $" ({remark})");
        text.Append(files.Count > 0 ? ":\n" : ": declared; none of the package's files says so\n");
        foreach (NameSource file in files)
        {
            text.Append("  ")
                .Append(TerminalText.Escape(file.Path))
                .Append(": ")
                .Append(TerminalText.Escape(file.Evidence))
                .Append('\n');
        }
    }

    private static NameOriginDocument.Source[] Describe(IReadOnlyList<NameSource> files) =>
        [.. files.Select(file => new NameOriginDocument.Source(file.Path, file.Evidence))];
}

/// <summary>The document that <c>inspect --why --json</c> prints.</summary>
/// <param name="Name">The name.</param>
/// <param name="Provides">Who provides it, if the package does.</param>
/// <param name="Needs">Who needs it.</param>
internal sealed record NameOriginDocument(string Name, NameOriginDocument.Side Provides, NameOriginDocument.Side Needs)
{
    /// <summary>One of the two sides.</summary>
    /// <param name="Listed">Whether the manifest lists the name.</param>
    /// <param name="Version">The provided version, or the constraint.</param>
    /// <param name="Files">The files that say so; none where the recipe declares it.</param>
    internal sealed record Side(bool Listed, string? Version, Source[] Files);

    /// <summary>A file, and what in it says so.</summary>
    internal sealed record Source(string Path, string Evidence);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    GenerationMode = JsonSourceGenerationMode.Serialization
)]
[JsonSerializable(typeof(NameOriginDocument))]
internal sealed partial class NameOriginJson : JsonSerializerContext;
