using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Attesting;

/// <summary>Verdicts of rebuilds for people and for programs.</summary>
internal static class RebuildText
{
    private const int Shown = 3;

    /// <summary>One verdict, in a line.</summary>
    internal static string Of(RebuildVerdict verdict)
    {
        string key = verdict.Rebuilder.Fingerprint.Grouped;
        string what = string.Join(
            "; ",
            verdict.Differences.Take(Shown).Select(static text => TerminalText.Escape(text))
        );
        return verdict.Outcome switch
        {
            RebuildOutcome.Identical => $"rebuilt with the same bytes by {key}",
            RebuildOutcome.Different => $"rebuilt with other bytes by {key}{(what.Length > 0 ? $" ({what})" : "")}",
            _ => $"could not be rebuilt by {key}",
        };
    }

    /// <summary>The member <c>rebuilds</c>.</summary>
    internal static void Write(Utf8JsonWriter json, IReadOnlyList<RebuildVerdict> verdicts)
    {
        json.WriteStartArray("rebuilds");
        foreach (RebuildVerdict verdict in verdicts)
        {
            json.WriteStartObject();
            json.WriteString("key", verdict.Rebuilder.Fingerprint.Text);
            json.WriteString("verdict", RebuildVerdict.Text(verdict.Outcome));
            JsonReport.WriteStrings(json, "differences", verdict.Differences);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
