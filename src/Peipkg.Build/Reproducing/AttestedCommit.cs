using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;

namespace Peipkg.Build.Reproducing;

/// <summary>The git commit that a package was built from, as the attestation beside it says.</summary>
internal static class AttestedCommit
{
    /// <summary>Reads it.</summary>
    /// <param name="package">The package.</param>
    /// <param name="keys">The keys whose attestations count.</param>
    /// <param name="context">Warned of an attestation that does not.</param>
    /// <returns>Null where nobody who counts says it.</returns>
    internal static string? Of(OpenedPackage package, IReadOnlyList<PublicKey> keys, ToolContext context)
    {
        string file = package.File + SiblingNames.Attestation;
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            Statement statement = Attestation
                .Judge(BoundedFile.Read(file, Limits.AttestationBytes), package.Content.PackageHash, keys)
                .Statement;
            return statement.PredicateType == Provenance.PredicateType ? Find(statement.Predicate.Span) : null;
        }
        catch (FormatViolationException exception)
        {
            context.Diagnostics.Warning($"{package.FileName}: its attestation is passed over: {exception.Message}");
            return null;
        }
    }

    private static string? Find(ReadOnlySpan<byte> predicate)
    {
        StrictJsonReader json = new(predicate, Limits.AttestationBytes);
        string? commit = null;
        json.BeginObject();
        while (json.NextMember())
        {
            if (!json.NameIs("buildDefinition"u8))
            {
                json.Skip();
                continue;
            }

            json.BeginObject();
            while (json.NextMember())
            {
                if (json.NameIs("resolvedDependencies"u8))
                {
                    json.BeginArray();
                    while (json.NextElement())
                    {
                        string? found = CommitOfOne(ref json);
                        commit ??= found;
                    }
                }
                else
                {
                    json.Skip();
                }
            }
        }

        return commit;
    }

    private static string? CommitOfOne(ref StrictJsonReader json)
    {
        string? commit = null;
        json.BeginObject();
        while (json.NextMember())
        {
            if (!json.NameIs("digest"u8))
            {
                json.Skip();
                continue;
            }

            json.BeginObject();
            while (json.NextMember())
            {
                if (json.NameIs("gitCommit"u8))
                {
                    string text = json.ReadString();
                    commit = SourceAddress.IsCommit(text) ? text : null;
                }
                else
                {
                    json.Skip();
                }
            }
        }

        return commit;
    }
}
