using System.Text;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Keys;

/// <summary>What comes back from the machine that holds a private key: for each document the content of its signature file.</summary>
internal static class SignatureBundle
{
    // Four documents at most are signed, and a bundle is for one key.
    private const int MaxBytes = 1 << 20;

    /// <summary>Signs all of a request that is this key's.</summary>
    internal static void Write(TextWriter output, IEnumerable<AwaitedSignature> awaited, SigningKey key) =>
        JsonReport.Write(
            output,
            json =>
            {
                json.WriteNumber("schema_version", 1);
                json.WriteStartArray("signatures");
                foreach (AwaitedSignature item in awaited)
                {
                    json.WriteStartObject();
                    json.WriteString("path", item.Document);
                    json.WriteString(
                        "envelope",
                        Encoding.UTF8.GetString(SignatureEnvelope.Sign(key, item.Digest).Write())
                    );
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    /// <summary>Reads a bundle: each document's path and signature.</summary>
    /// <exception cref="UserErrorException">The file is no bundle.</exception>
    internal static List<(string Document, SignatureEnvelope Envelope)> Read(string file)
    {
        try
        {
            return Parse(BoundedFile.Read(file, MaxBytes));
        }
        catch (FormatViolationException error)
        {
            throw new UserErrorException(
                $"{file} holds no signatures: {error.Message}; make it with sign --detached",
                error
            );
        }
    }

    private static List<(string Document, SignatureEnvelope Envelope)> Parse(byte[] utf8)
    {
        StrictJsonReader json = new(utf8, MaxBytes);
        List<(string Document, SignatureEnvelope Envelope)> signatures = [];
        json.BeginObject();
        while (json.NextMember())
        {
            if (!json.NameIs("signatures"u8))
            {
                json.Skip();
                continue;
            }

            json.BeginArray();
            while (json.NextElement())
            {
                (string path, string envelope) = ("", "");
                json.BeginObject();
                while (json.NextMember())
                {
                    if (json.NameIs("path"u8))
                    {
                        path = json.ReadString();
                    }
                    else if (json.NameIs("envelope"u8))
                    {
                        envelope = json.ReadString();
                    }
                    else
                    {
                        json.Skip();
                    }
                }

                signatures.Add((path, SignatureEnvelope.Read(Encoding.UTF8.GetBytes(envelope))));
            }
        }

        json.EndDocument();
        return signatures;
    }
}
