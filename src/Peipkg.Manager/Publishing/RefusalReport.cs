using System.Text.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Publishing;

/// <summary>What <c>peipkg-repo publish --json</c> refuses.</summary>
internal static class RefusalReport
{
    // Rules of peipkg-repo that no recipe can break: they are about keys, disks and what the repository has.
    private static readonly string[] FarmsOwn =
    [
        IntakeRule.AlreadyPublished,
        IntakeRule.IndexTooLarge,
        IntakeRule.PublishedBytesChanged,
        IntakeRule.PublishedMissing,
        IntakeRule.SameUrl,
        IntakeRule.SignatureInvalid,
        IntakeRule.SignerNotAccepted,
        IntakeRule.Unreadable,
        IntakeRule.Unsigned,
    ];

    private static readonly ILookup<string, string> Nothing = Array.Empty<string>().ToLookup(static file => file);

    /// <summary>Why packages are refused for what they are, by the name of the file.</summary>
    /// <param name="report">What was printed.</param>
    /// <returns>Nothing where it is no such report, or where something is refused for the farm's own fault.</returns>
    public static ILookup<string, string> Read(string report)
    {
        List<(string File, string Reason)> refused = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(report);
            foreach (JsonElement refusal in document.RootElement.GetProperty("refused").EnumerateArray())
            {
                string rule = refusal.GetProperty("rule").GetString()!;
                if (FarmsOwn.Contains(rule))
                {
                    return Nothing;
                }

                refused.Add(
                    (
                        Path.GetFileName(refusal.GetProperty("file").GetString()!),
                        $"{refusal.GetProperty("reason").GetString()} ({rule}){Remedy(rule)}"
                    )
                );
            }
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Nothing;
        }

        return refused.ToLookup(static one => one.File, static one => one.Reason);
    }

    // peipkg-repo names its own options, which whoever runs a farm does not give.
    private static string Remedy(string rule) =>
        rule switch
        {
            PayloadLayout.SpecialRule => "; in a farm: allow_special_system = true in [publish]",
            PayloadLayout.DropInRule => "; in a farm: official = true in [repo], for a new repository",
            _ => "",
        };
}
