using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Keys;

/// <summary>
/// What is carried to the machine that holds a private key: the digests to sign, what the generation changes in words, and
/// <c>repo.json</c> itself, small and the root of all trust, so that whoever signs it sees what it says.
/// </summary>
/// <param name="Repository">The repository's name.</param>
/// <param name="IndexVersion">The generation's index_version.</param>
/// <param name="GeneratedAt">The generation's time.</param>
/// <param name="Summary">What it changes; nothing proves it.</param>
/// <param name="Descriptor">The text of <c>repo.json</c> if that is to be signed, else null.</param>
/// <param name="Awaited">What to sign, and by which key.</param>
internal sealed record SigningRequest(
    string Repository,
    ulong IndexVersion,
    string GeneratedAt,
    IReadOnlyList<string> Summary,
    string? Descriptor,
    IReadOnlyList<AwaitedSignature> Awaited
)
{
    /// <summary>The largest request that is read; a summary has a line for each package of a publication.</summary>
    internal const int MaxBytes = 64 << 20;

    /// <summary>Writes the document.</summary>
    internal void Write(TextWriter output) =>
        JsonReport.Write(
            output,
            json =>
            {
                json.WriteNumber("schema_version", 1);
                json.WriteString("repository", Repository);
                json.WriteNumber("index_version", IndexVersion);
                json.WriteString("generated_at", GeneratedAt);
                JsonReport.WriteStrings(json, "summary", Summary);
                if (Descriptor is not null)
                {
                    json.WriteString("descriptor", Descriptor);
                }

                json.WriteStartArray("documents");
                foreach (AwaitedSignature awaited in Awaited)
                {
                    json.WriteStartObject();
                    json.WriteString("path", awaited.Document);
                    json.WriteString("sha256", awaited.Digest.ToString());
                    json.WriteString("key_fingerprint", awaited.Signer.Text);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    /// <summary>Reads a document and holds what it says of <c>repo.json</c> to the digest that is to be signed.</summary>
    /// <exception cref="UserErrorException">The file is no request, or contradicts itself.</exception>
    internal static SigningRequest Read(byte[] utf8, string file)
    {
        SigningRequest request;
        try
        {
            request = Parse(utf8);
        }
        catch (Exception error) when (error is FormatViolationException or FormatException)
        {
            throw new UserErrorException(
                $"{file} is no signing request: {error.Message}; make it with export-signing-request",
                error
            );
        }

        if (
            request.Awaited.FirstOrDefault(static item => item.Document == RepositoryLayout.Descriptor)
                is { } descriptor
            && (
                request.Descriptor is null
                || Sha256Digest.Of(Encoding.UTF8.GetBytes(request.Descriptor)) != descriptor.Digest
            )
        )
        {
            throw new UserErrorException(
                $"{file} asks for a signature over a repo.json other than the one it shows; do not sign it, and export it again"
            );
        }

        return request;
    }

    private static SigningRequest Parse(byte[] utf8)
    {
        StrictJsonReader json = new(utf8, MaxBytes);
        (string repository, ulong version, string at, string? descriptor) = ("", 0, "", null);
        List<string> summary = [];
        List<AwaitedSignature> awaited = [];
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("schema_version"u8))
            {
                _ =
                    json.ReadUInt64() == 1
                        ? 1
                        : throw new FormatException("its schema_version is not 1, which this tool knows");
            }
            else if (json.NameIs("repository"u8))
            {
                repository = json.ReadString();
            }
            else if (json.NameIs("index_version"u8))
            {
                version = json.ReadUInt64();
            }
            else if (json.NameIs("generated_at"u8))
            {
                at = json.ReadString();
            }
            else if (json.NameIs("descriptor"u8))
            {
                descriptor = json.ReadString();
            }
            else if (json.NameIs("summary"u8))
            {
                json.BeginArray();
                while (json.NextElement())
                {
                    summary.Add(json.ReadString());
                }
            }
            else if (json.NameIs("documents"u8))
            {
                json.BeginArray();
                while (json.NextElement())
                {
                    awaited.Add(AwaitedSignature.Read(ref json));
                }
            }
            else
            {
                json.Skip();
            }
        }

        json.EndDocument();
        return awaited.Count > 0
            ? new SigningRequest(repository, version, at, summary, descriptor, awaited)
            : throw new FormatException("it names nothing to sign");
    }
}
