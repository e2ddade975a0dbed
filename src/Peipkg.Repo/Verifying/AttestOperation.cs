using System.IO.Enumeration;
using System.Text.Json;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Verifying;

/// <summary>What <c>attest verify</c> was asked to do.</summary>
/// <param name="Places">Repositories and packages.</param>
/// <param name="Anchors">The keys of which one must have signed.</param>
/// <param name="Keys">Public keys for packages that lie in no repository.</param>
/// <param name="Packages">Of repositories only packages with such names; empty for all.</param>
/// <param name="Require">Whether a package without attestation is a failure.</param>
/// <param name="Rebuilds">Whose verdicts of rebuilds count, and how many each package needs.</param>
/// <param name="Json">Whether to report in JSON.</param>
internal sealed record AttestRequest(
    IReadOnlyList<RepositoryLocation> Places,
    IReadOnlyList<Fingerprint> Anchors,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> Packages,
    bool Require,
    RebuildPolicy Rebuilds,
    bool Json
);

/// <summary>
/// Checks what is attested of packages as a stranger does, who has nothing but a fingerprint: the repository proves its
/// packages and keys, and the keys the attestations.
/// </summary>
internal sealed class AttestOperation
{
    private readonly AttestRequest _request;
    private readonly OperationContext _context;
    private readonly CancellationToken _stop;
    private readonly List<(string Package, AttestationCheck Check, string? Doubt)> _found = [];

    private AttestOperation(AttestRequest request, OperationContext context, CancellationToken stop)
    {
        _request = request;
        _context = context;
        _stop = stop;
    }

    /// <summary>Verifies everything, and fails when an attestation is wrong.</summary>
    internal static int Verify(AttestRequest request, OperationContext context, CancellationToken stop)
    {
        AttestOperation operation = new(request, context, stop);
        foreach (RepositoryLocation place in request.Places)
        {
            if (place.Address is not null || Directory.Exists(place.ToString()))
            {
                operation.VerifyRepository(place);
            }
            else
            {
                operation.VerifyFile(place.ToString());
            }
        }

        return operation.Report();
    }

    private void VerifyRepository(RepositoryLocation place)
    {
        place.Address?.WarnIfPlain(_context.Diagnostics);
        using RepositoryReader source = place.Open(_request.Anchors, _context.Diagnostics, _stop);
        VerifiedDocuments documents = VerifiedSource.Read(
            source,
            source.ReadDocuments(),
            _request.Anchors,
            anyPlaces: true,
            _context
        );

        // A key that was replaced made its attestations when it counted; one that was revoked says nothing any more.
        IReadOnlyList<PublicKey> keys = documents.Keys!.NotRevoked();
        IndexRow[] rows =
        [
            .. documents.Archive!.Rows.Where(row =>
                _request.Packages.Count == 0
                || _request.Packages.Any(glob =>
                    FileSystemName.MatchesSimpleExpression(glob, row.Name.Text, ignoreCase: false)
                )
            ),
        ];
        AttestationCheck[] checks = new AttestationCheck[rows.Length];
        Workers.ForEach(
            [.. Enumerable.Range(0, rows.Length)],
            i =>
                checks[i] = AttestationCheck.Of(
                    rows[i].FileName,
                    rows[i].Hash,
                    keys,
                    suffix => source.OpenSibling(rows[i], suffix)
                ),
            _stop,
            source.Parallelism
        );
        Fingerprint[] own = [.. documents.Descriptor!.Keys.Select(static key => key.Fingerprint)];
        _found.AddRange(rows.Zip(checks, (row, check) => (row.ToString(), check, DoubtOf(check, own))));
    }

    private void VerifyFile(string file)
    {
        PublicKey[] keys =
        [
            .. _request
                .Keys.Select(KeyFiles.LoadPublicKey)
                .Where(key => _request.Anchors.Count == 0 || _request.Anchors.Contains(key.Fingerprint)),
        ];
        if (keys.Length == 0)
        {
            throw new UserErrorException(
                $"{file}: an attestation names its key by fingerprint alone; give the public key that --trust names with --key, as a "
                    + "repository has it in keys/"
            );
        }

        if (!File.Exists(file))
        {
            throw new UserErrorException($"{file} is neither a repository's directory nor a package");
        }

        using FileStream content = File.OpenRead(file);
        AttestationCheck check = AttestationCheck.Of(
            Path.GetFileName(file),
            Sha256Digest.Of(content),
            keys,
            suffix => File.Exists(file + suffix) ? File.OpenRead(file + suffix) : null
        );
        _found.Add((file, check, DoubtOf(check, [])));
    }

    /// <summary>What the rebuilders who count say against a package, or that too few say something for it.</summary>
    private string? DoubtOf(AttestationCheck check, IReadOnlyCollection<Fingerprint> own) =>
        _request.Rebuilds.Judge(check.Rebuilds, own, check.Attestation?.Signer.Fingerprint)?.Reason;

    private int Report()
    {
        int attested = _found.Count(static item => item.Check.Attestation is not null);
        int wrong = _found.Count(static item => item.Check.Problem is not null);
        int none = _found.Count - attested - wrong;
        bool failed =
            wrong > 0 || (_request.Require && none > 0) || _found.Exists(static item => item.Doubt is not null);
        foreach ((string package, AttestationCheck check, string? doubt) in _found)
        {
            if (doubt is not null)
            {
                _context.Diagnostics.Error($"{package}: {TerminalText.Escape(doubt)}");
            }

            if (check.Problem is { } problem)
            {
                _context.Diagnostics.Error($"{package}: {problem}");
            }
            else if (_request.Require && check.Attestation is null)
            {
                _context.Diagnostics.Error($"{package}: it has no attestation");
            }
        }

        if (_request.Json)
        {
            JsonReport.Write(_context.Output, json => WriteJson(json, attested, wrong, none));
            return failed ? ExitCode.Failure : ExitCode.Success;
        }

        foreach ((string package, AttestationCheck check, _) in _found)
        {
            if (check.Attestation is { } attestation)
            {
                _context.Output.WriteLine(
                    $"{package}: built by {TerminalText.Escape(attestation.Statement.Builder)}, "
                        + (check.HasBill ? "with a bill of materials, " : "")
                        + $"signed by {attestation.Signer.Fingerprint.Grouped}"
                );
            }

            foreach (RebuildVerdict verdict in check.Rebuilds)
            {
                _context.Output.WriteLine(
                    $"{package}: {RebuildText.Of(verdict)}{(_request.Rebuilds.Rebuilders.Contains(verdict.Rebuilder.Fingerprint) ? ", whom you name" : "")}"
                );
            }
        }

        _context.Output.WriteLine(
            $"{Counted.Text(attested, "package")} attested, {none} without attestation, {wrong} with one that is wrong"
        );
        return failed ? ExitCode.Failure : ExitCode.Success;
    }

    private void WriteJson(Utf8JsonWriter json, int attested, int wrong, int none)
    {
        json.WriteNumber("attested", attested);
        json.WriteNumber("without", none);
        json.WriteNumber("wrong", wrong);
        json.WriteStartArray("packages");
        foreach ((string package, AttestationCheck check, string? doubt) in _found)
        {
            json.WriteStartObject();
            json.WriteString("package", package);
            json.WriteString("signer", check.Attestation?.Signer.Fingerprint.Text);
            json.WriteString("builder", check.Attestation?.Statement.Builder);
            json.WriteBoolean("sbom", check.HasBill);
            RebuildText.Write(json, check.Rebuilds);
            json.WriteString("problem", check.Problem ?? doubt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
