using System.Globalization;
using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Inspecting;

/// <summary>A package's content as text for people. All of it is foreign, so all of it is made safe for a terminal.</summary>
internal static class PackageText
{
    internal static string Write(VerifiedPackage package)
    {
        Manifest manifest = package.Manifest;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{manifest.Name} {manifest.Version} {manifest.Architecture}\n");
        Field(text, "description", manifest.Description);
        Field(text, "license", manifest.License);
        Field(text, "homepage", manifest.Homepage);
        List(text, "dependencies", manifest.Dependencies.Select(d => Relation(d.Name.Text, d.Constraint?.Text)));
        List(text, "optional", manifest.OptionalDependencies.Select(d => Relation(d.Name.Text, d.Constraint?.Text)));
        List(text, "conflicts", manifest.Conflicts.Select(c => Relation(c.Name.Text, c.Constraint?.Text)));
        List(text, "provides", manifest.Provides.Select(p => Relation(p.Name.Text, p.Version?.Text)));
        List(text, "replaces", manifest.Replaces.Select(r => Relation(r.Name.Text, r.Constraint?.Text)));
        List(text, "side effects", manifest.SideEffects.Select(effect => effect.Text()));
        List(text, "descriptors", manifest.SdOverrides.Select(o => o.Path));
        Field(text, "built", $"{manifest.Build.Timestamp} by {manifest.Build.FarmId}");
        Field(text, "source", manifest.Build.SourceRef);
        Field(text, "package", $"{Bytes(package.CompressedSize)}, sha256 {package.PackageHash}");
        Field(text, "installed", $"{Bytes(manifest.SizeInstalled)} in {Counts(package.Entries)}");
        Field(
            text,
            "signature",
            package.Signature is { } signature
                ? $"present but unproven (see peipkg-build verify --key), key {signature.KeyFingerprint.Grouped}"
                : "none"
        );
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

    private static string Relation(string name, string? detail) => detail is null ? name : $"{name} ({detail})";

    private static string Bytes(long count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "byte" : "bytes")}");

    private static string Counts(IReadOnlyList<PackageEntry> entries) =>
        string.Join(
            ", ",
            Count(entries, PayloadKind.File, "file", "files"),
            Count(entries, PayloadKind.Directory, "directory", "directories"),
            Count(entries, PayloadKind.Symlink, "symlink", "symlinks")
        );

    private static string Count(IReadOnlyList<PackageEntry> entries, PayloadKind kind, string one, string many)
    {
        int count = entries.Count(entry => entry.Kind == kind);
        return string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
    }
}
