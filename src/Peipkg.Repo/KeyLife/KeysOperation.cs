using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Keys;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.World;

namespace Peipkg.Repo.KeyLife;

/// <summary>Shows a repository's keys: status, expiry, what each signed.</summary>
internal static class KeysOperation
{
    internal static int Run(
        string repo,
        bool documentsOnly,
        bool json,
        OperationContext context,
        CancellationToken stop
    )
    {
        RepositoryView view = RepositoryView.Open(repo, context);
        RepositorySnapshot snapshot = RepositorySnapshot.Read(repo);
        Dictionary<Fingerprint, List<string>> documents = [];
        foreach (SignedDocument document in new[] { snapshot.Descriptor, snapshot.Active, snapshot.Archive })
        {
            if (
                document.Content is not null
                && SignatureCheck.Of(document, view.Keys, Timestamp.FromUnixSeconds(0)).Signer is { } signer
            )
            {
                documents.TryAdd(signer, []);
                documents[signer].Add(document.Name);
            }
        }

        SignerCensus? census = documentsOnly ? null : SignerCensus.Take(repo, view.Archive.Rows, stop);
        if (json)
        {
            WriteJson(view, documents, census, context.Output);
            return ExitCode.Success;
        }

        TextTable table = census is null
            ? new TextTable("KEY", "STATUS", "UNTIL", "SIGNED")
            : new TextTable("KEY", "STATUS", "UNTIL", "SIGNED", ">ACTIVE PACKAGES", ">ALL");
        foreach (DescriptorKey key in view.Descriptor.Keys)
        {
            string[] head =
            [
                key.Fingerprint.Grouped[..19] + " …",
                KeyEdits.Text(key.Status),
                key.Status == KeyStatus.Transitioning ? key.ValidUntil?.Text ?? "" : "",
                string.Join(", ", documents.GetValueOrDefault(key.Fingerprint) ?? []),
            ];
            table.Add(
                census is null
                    ? head
                    : [.. head, Number(census.Of(key.Fingerprint).Active), Number(census.Of(key.Fingerprint).Archived)]
            );
        }

        table.Write(context.Output);
        WriteRest(census, context);
        context.Output.WriteLine();
        foreach (DescriptorKey key in view.Descriptor.Keys)
        {
            context.Output.WriteLine(key.Fingerprint.Grouped);
        }

        WriteAnchor(view, documents, context.Output);
        return ExitCode.Success;
    }

    /// <summary>In a transition it is not the key that signs packages: a word for whoever tells others the fingerprint.</summary>
    private static void WriteAnchor(
        RepositoryView view,
        Dictionary<Fingerprint, List<string>> documents,
        TextWriter output
    )
    {
        if (
            view.Descriptor.Keys.FirstOrDefault(key =>
                documents.GetValueOrDefault(key.Fingerprint)?.Contains(RepositoryLayout.Descriptor) == true
            ) is
            { Status: KeyStatus.Transitioning } signer
        )
        {
            output.WriteLine();
            output.WriteLine(
                $"New consumers still need the fingerprint {signer.Fingerprint.Grouped} to add the repository: repo.json carries its "
                    + $"signature, until a publish in the last week before {signer.ValidUntil} signs it with the new key."
            );
        }
    }

    private static void WriteRest(SignerCensus? census, OperationContext context)
    {
        if (census?.Unsigned is { Archived: > 0 } unsigned)
        {
            context.Output.WriteLine($"unsigned: {unsigned.Archived} packages, {unsigned.Active} of them active");
        }

        if (census?.Unknown is { Archived: > 0 } unknown)
        {
            context.Output.WriteLine(
                $"not known, because hosted elsewhere, missing or damaged: {unknown.Archived} packages, {unknown.Active} of them active"
            );
        }
    }

    private static void WriteJson(
        RepositoryView view,
        Dictionary<Fingerprint, List<string>> documents,
        SignerCensus? census,
        TextWriter output
    ) =>
        JsonReport.Write(
            output,
            json =>
            {
                ListOperation.WriteHead(json, view);
                json.WriteStartArray("keys");
                foreach (DescriptorKey key in view.Descriptor.Keys)
                {
                    json.WriteStartObject();
                    json.WriteString("fingerprint", key.Fingerprint.Text);
                    json.WriteString("status", KeyEdits.Text(key.Status));
                    json.WriteString(
                        "valid_until",
                        key.Status == KeyStatus.Transitioning ? key.ValidUntil?.Text : null
                    );
                    json.WriteString("revoked_at", key.Status == KeyStatus.Revoked ? key.ValidUntil?.Text : null);
                    json.WriteString("url", key.Url);
                    JsonReport.WriteStrings(json, "documents", documents.GetValueOrDefault(key.Fingerprint) ?? []);
                    if (census is not null)
                    {
                        json.WriteNumber("active_packages", census.Of(key.Fingerprint).Active);
                        json.WriteNumber("packages", census.Of(key.Fingerprint).Archived);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
                if (census is not null)
                {
                    json.WriteNumber("unsigned_packages", census.Unsigned.Archived);
                    json.WriteNumber("unknown_packages", census.Unknown.Archived);
                }
            }
        );

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
