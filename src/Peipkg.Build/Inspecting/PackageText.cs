using System.Globalization;
using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Archive;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;

namespace Peipkg.Build.Inspecting;

/// <summary>A package's content as text for people. All of it is untrusted, so all of it is escaped for the terminal.</summary>
internal static class PackageText
{
    internal static string Write(VerifiedPackage package)
    {
        Manifest manifest = package.Manifest;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{manifest.Name} {manifest.Version} {manifest.Architecture}\n");
        Field(text, "description", manifest.Description);
        Field(text, "license", manifest.License);
        Field(text, "license class", manifest.LicenseClass is LicenseClass.Unknown ? "" : manifest.LicenseClass.Text());
        Field(text, "homepage", manifest.Homepage);
        Field(text, "default root", manifest.DefaultRoot?.Text ?? "");
        Field(text, "special", manifest.SpecialSystemPackage ? "asks to install outside the layout" : "");
        Field(text, "upgrade", manifest.AlternateUpgrade is { } upgrade ? $"by other means: {upgrade.Message}" : "");
        List(text, "dependencies", manifest.Dependencies.Select(Relation));
        List(text, "optional", manifest.OptionalDependencies.Select(Relation));
        List(text, "conflicts", manifest.Conflicts.Select(c => Relation(c.Name.Text, c.Constraint?.Text, c.Extras)));
        List(text, "provides", manifest.Provides.Select(p => Relation(p.Name.Text, p.Version?.Text, p.Extras)));
        List(text, "replaces", manifest.Replaces.Select(r => Relation(r.Name.Text, r.Constraint?.Text, r.Extras)));
        List(text, "side effects", manifest.SideEffects.Select(effect => effect.Text()));
        List(text, "descriptors", manifest.SdOverrides.Select(o => o.Path));
        Field(text, "built", $"{manifest.Build.Timestamp} by {manifest.Build.FarmId}");
        Field(text, "source", manifest.Build.SourceRef);
        Field(text, "source name", manifest.Build.SourcePackage ?? "");
        Field(text, "recipe", manifest.Build.RecipeRef ?? "");
        Field(text, "builder", manifest.Build.Builder ?? "");
        Field(text, "package", $"{Counted.Text(package.CompressedSize, "byte")}, sha256 {package.PackageHash}");
        Field(text, "installed", $"{Counted.Text(manifest.SizeInstalled, "byte")} in {Counts(package.Entries)}");
        Field(
            text,
            "signature",
            package.Signature is { } signature
                ? $"present but unproven (see peipkg-build verify --key), key {signature.KeyFingerprint.Grouped}"
                : "none"
        );
        List(
            text,
            "editions",
            PackageJudgement
                .EditionsOf(package)
                .Where(verdict => verdict.IsSatisfied)
                .Select(verdict => verdict.Edition.Name)
        );
        List(text, "headers", package.HeaderForms.Select(met => $"{met.Form.Name()} ({met.Count})"));
        WriteEntries(text, package.Entries);
        return text.ToString();
    }

    private static void WriteEntries(StringBuilder text, IReadOnlyList<PackageEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        int width = entries.Max(entry => entry.Size).ToString(CultureInfo.InvariantCulture).Length;
        text.Append('\n');
        foreach (PackageEntry entry in entries)
        {
            string size = entry.Kind == PayloadKind.File ? entry.Size.ToString(CultureInfo.InvariantCulture) : "";
            string path = TerminalText.Escape(entry.Path);
            text.Append(size.PadLeft(width)).Append("  ").Append(path);
            _ = entry.Kind switch
            {
                PayloadKind.Directory => text.Append('/'),
                PayloadKind.Symlink => text.Append(" -> ").Append(TerminalText.Escape(entry.LinkTarget!)),
                _ => text,
            };
            text.Append('\n');
        }
    }

    private static void Field(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append("  ").Append(name.PadRight(14)).Append(TerminalText.Escape(value)).Append('\n');
        }
    }

    private static void List(StringBuilder text, string name, IEnumerable<string> values) =>
        Field(text, name, string.Join(", ", values));

    private static string Relation(Dependency dependency) =>
        Relation(dependency.Name.Text, dependency.Constraint?.Text, dependency.Extras);

    private static string Relation(string name, string? detail, RelationExtras? extras)
    {
        List<string> details = detail is null ? [] : [detail];
        if (extras?.Root is { } root)
        {
            details.Add($"in root {root}");
        }

        foreach (ClaimSlot slot in extras?.Claims.Slots ?? [])
        {
            details.Add(
                $"claims {slot.Slot}"
                    + (slot.Path is null ? "" : $" at {slot.Path}")
                    + (slot.Target is null ? "" : $" with {slot.Target}")
            );
        }

        if (extras?.Unknown is { } unknown)
        {
            details.Add($"unknown members {unknown.Json}");
        }

        return details.Count == 0 ? name : $"{name} ({string.Join("; ", details)})";
    }

    private static string Counts(IReadOnlyList<PackageEntry> entries)
    {
        int Of(PayloadKind kind) => entries.Count(entry => entry.Kind == kind);
        return string.Join(
            ", ",
            Counted.Text(Of(PayloadKind.File), "file"),
            Counted.Text(Of(PayloadKind.Directory), "directory", "directories"),
            Counted.Text(Of(PayloadKind.Symlink), "symlink")
        );
    }
}
