using System.Globalization;
using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Site;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Querying;

/// <summary>Shows all that a repository says of one package.</summary>
internal static class ShowOperation
{
    /// <summary>Shows the advertised version, or the one that was asked for, for each of its architectures.</summary>
    /// <exception cref="UserErrorException">There is no such package or version.</exception>
    internal static int Run(string location, PackageQuery query, bool provenance, bool json, OperationContext context)
    {
        RepositoryView view = RepositoryView.Open(location, context);
        List<IndexRow> versions = view.VersionsOf(query.Name);
        List<IndexRow> chosen = query.Version is { } version
            ? versions.FindAll(row => PackageVersion.Compare(row.Version, version) == 0)
            : versions.FindAll(view.IsActive);
        if (chosen.Count == 0 && query.Version is null)
        {
            chosen = versions.FindAll(row => row.Version == versions[0].Version);
        }

        if (chosen.Count == 0)
        {
            throw new UserErrorException(
                $"\"{view.Descriptor.Name}\" has no version {query.Version} of {query.Name}; there are "
                    + string.Join(
                        ", ",
                        versions.Select(static row => row.Version.Text).Distinct(StringComparer.Ordinal)
                    )
            );
        }

        IndexEntry[] entries = [.. chosen.Select(static row => row.Entry)];
        AttestationCheck?[] attestations =
        [
            .. chosen.Select(row => provenance ? CheckOf(view, row, context.Diagnostics) : null),
        ];
        if (json)
        {
            WriteJson(view, chosen, entries, provenance ? attestations : null, context.Output);
        }
        else
        {
            for (int i = 0; i < entries.Length; i++)
            {
                context.Output.Write(i == 0 ? "" : "\n");
                WriteText(
                    entries[i],
                    PackageDetails.TryFind(location, chosen[i]),
                    view.IsActive(chosen[i]),
                    versions,
                    context.Output
                );
                WriteProvenance(attestations[i], context.Output);
            }
        }

        return ExitCode.Success;
    }

    /// <summary>What is attested of a package, if a key of the repository has signed it.</summary>
    private static AttestationCheck CheckOf(RepositoryView view, IndexRow row, Diagnostics diagnostics)
    {
        string? package = row.Place is { } place ? Path.Combine(view.Location, place) : null;
        AttestationCheck check = AttestationCheck.Of(
            row.FileName,
            row.Hash,
            view.Keys.NotRevoked(),
            suffix => package is not null && File.Exists(package + suffix) ? File.OpenRead(package + suffix) : null
        );
        if (check.Problem is { } problem)
        {
            diagnostics.Warning($"{row}: its provenance is not shown: {problem}");
        }
        else if (check.Attestation is null)
        {
            diagnostics.Note(
                package is null
                    ? $"{row} is hosted elsewhere, and so is what is attested of it"
                    : $"{row} has no attestation"
            );
        }

        return check;
    }

    private static void WriteProvenance(AttestationCheck? check, TextWriter output)
    {
        string label = "rebuilds:";
        foreach (RebuildVerdict verdict in check?.Rebuilds ?? [])
        {
            output.WriteLine($"{label, -14}{RebuildText.Of(verdict)}");
            label = "";
        }

        if (check?.Attestation is not { } attestation)
        {
            return;
        }

        output.WriteLine($"{"attested by:", -14}{attestation.Signer.Fingerprint.Grouped}");
        foreach (string line in ProvenanceText.Lines(attestation.Statement.Predicate))
        {
            output.WriteLine($"  {TerminalText.Escape(line)}");
        }
    }

    private static void WriteJson(
        RepositoryView view,
        List<IndexRow> rows,
        IndexEntry[] entries,
        AttestationCheck?[]? attestations,
        TextWriter output
    ) =>
        JsonReport.Write(
            output,
            json =>
            {
                ListOperation.WriteHead(json, view);
                json.WriteStartArray("packages");
                for (int i = 0; i < rows.Count; i++)
                {
                    json.WriteStartObject();
                    json.WriteBoolean("active", view.IsActive(rows[i]));
                    json.WriteBoolean("pre_release", entries[i].Version.IsPreRelease);
                    json.WritePropertyName("entry");
                    json.WriteRawValue(rows[i].Json.Span, skipInputValidation: true);
                    WriteContent(json, PackageDetails.TryFind(view.Location, rows[i]));
                    if (attestations is not null)
                    {
                        json.WriteString("attested_by", attestations[i]?.Attestation?.Signer.Fingerprint.Text);
                        json.WritePropertyName("provenance");
                        json.WriteRawValue(
                            attestations[i]?.Attestation is { } said ? said.Statement.Predicate.Span : "null"u8
                        );
                        RebuildText.Write(json, attestations[i]?.Rebuilds ?? []);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    private static void WriteContent(Utf8JsonWriter json, PackageContent? content)
    {
        json.WriteString("source_ref", content?.Source);
        json.WriteString("source_package", content?.SourcePackage);
        json.WriteString("recipe_ref", content?.Recipe);
        json.WriteString("builder", content?.Builder);
        json.WriteBoolean("special_system_package", content?.IsSpecial == true);
        json.WriteString("signer", content?.Signer);
        JsonReport.WriteStrings(json, "paths", content?.Paths ?? []);
    }

    private static void WriteText(
        IndexEntry entry,
        PackageContent? content,
        bool active,
        List<IndexRow> versions,
        TextWriter output
    )
    {
        Line("name", entry.Name.Text);
        Line(
            "version",
            entry.Version.Text
                + (
                    active
                        ? ""
                        : $" (archived; {(versions.Find(static row => row.IsOffered) ?? versions[0]).Version} is the newest)"
                )
        );
        Line(
            "withdrawn",
            entry.Withdrawn is { } withdrawal
                ? $"{withdrawal.At}: {withdrawal.Reason}{(withdrawal.Advisory is { } id ? $" ({id})" : "")}"
                : ""
        );
        Line("architecture", entry.Architecture.Text);
        Line("description", entry.Description);
        Line("license", entry.License);
        Line("class", entry.LicenseClass == LicenseClass.Unknown ? "" : entry.LicenseClass.Text());
        Line("homepage", entry.Homepage);
        Line("root", entry.DefaultRoot is { } root ? $"{root}, unless another is named" : "");
        Lines("upgrade", entry.AlternateUpgrade?.Message.Split('\n') ?? []);
        Lines("depends on", entry.Dependencies.Select(EntryChanges.Relation));
        Lines("suggests", entry.OptionalDependencies.Select(EntryChanges.Relation));
        Lines("conflicts", entry.Conflicts.Select(EntryChanges.Relation));
        Lines("provides", entry.Provides.Select(EntryChanges.Relation));
        Lines("replaces", entry.Replaces.Select(EntryChanges.Relation));
        Lines("runs after", entry.SideEffects.Select(static effect => effect.Text()));
        Line("installed", Size(entry.SizeInstalled));
        Line("download", Size(entry.SizeCompressed));
        Line("sha256", entry.Hash.ToString());
        Line("url", entry.Url);
        Line("built", entry.Build is { } build ? $"{build.Timestamp} by {build.FarmId}" : "");
        if (content is not null)
        {
            Line("source", content.Source ?? "");
            Line("of package", content.SourcePackage ?? "");
            Line("recipe", content.Recipe ?? "");
            Line("builder", content.Builder ?? "");
            Line("layout", content.IsSpecial ? "asks to install outside the layout" : "");
            Line(
                "signed by",
                Fingerprint.TryParse(content.Signer, out Fingerprint signer, out _) ? signer.Grouped : "nobody"
            );
            Lines("installs", content.Paths.Select(static path => "/" + path));
        }

        void Lines(string label, IEnumerable<string> values)
        {
            foreach (string value in values)
            {
                Line(label, value);
                label = "";
            }
        }

        void Line(string label, string value)
        {
            if (value.Length > 0)
            {
                output.WriteLine($"{(label.Length > 0 ? label + ":" : ""), -14}{TerminalText.Escape(value)}");
            }
        }
    }

    private static string Size(long bytes) =>
        bytes < 1024
            ? ByteCount.Text(bytes)
            : string.Create(CultureInfo.InvariantCulture, $"{ByteCount.Text(bytes)} ({bytes} bytes)");
}
