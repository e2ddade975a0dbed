using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;

namespace Peipkg.Format.Attestations;

/// <summary>What an in-toto statement says, whoever wrote it: as much of it as these tools judge.</summary>
public sealed record Statement
{
    private const int MostSubjects = 1024;
    private const int MostDependencies = 16384;

    /// <summary>What the predicate is, a URI.</summary>
    public required string PredicateType { get; init; }

    /// <summary>The files that it speaks of; those without a SHA-256 are left out.</summary>
    public required IReadOnlyList<Subject> Subjects { get; init; }

    /// <summary>What it says of them, a JSON value as it stands in the document.</summary>
    public required ReadOnlyMemory<byte> Predicate { get; init; }

    /// <summary>Who built, where the predicate is a provenance that says it; else empty.</summary>
    public required string Builder { get; init; }

    /// <summary>What else the build made, where the predicate is a provenance that says it.</summary>
    public required IReadOnlyList<Subject> Byproducts { get; init; }

    /// <summary>What it was built from and with, where the predicate is a provenance that says it with a SHA-256.</summary>
    public required IReadOnlyList<Subject> Dependencies { get; init; }

    /// <summary>The digest of the bill of materials that belongs to a package; null where none is named.</summary>
    /// <param name="package">The package's file name.</param>
    public Sha256Digest? BillOf(string package) =>
        Byproducts.FirstOrDefault(item => item.Name == package + SiblingNames.Bill)?.Sha256;

    /// <summary>Reads a statement.</summary>
    /// <param name="utf8">At most <see cref="Limits.AttestationBytes"/>.</param>
    /// <exception cref="FormatViolationException">The bytes are no statement of version 1.</exception>
    public static Statement Read(ReadOnlySpan<byte> utf8)
    {
        StrictJsonReader json = new(utf8, Limits.AttestationBytes);
        string? type = null;
        string? predicateType = null;
        List<Subject>? subjects = null;
        byte[]? predicate = null;
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("_type"u8))
            {
                type = json.ReadString();
            }
            else if (json.NameIs("predicateType"u8))
            {
                predicateType = json.ReadString();
            }
            else if (json.NameIs("subject"u8))
            {
                subjects = ReadSubjects(ref json);
            }
            else if (json.NameIs("predicate"u8))
            {
                predicate = json.ReadRaw().ToArray();
            }
            else
            {
                json.Skip();
            }
        }

        if ((type ?? throw json.Missing("_type")) != Provenance.StatementType)
        {
            throw new FormatViolationException(
                AttestationRule.Type,
                "/_type",
                $"the signed document is no in-toto statement of version 1 ({Provenance.StatementType})"
            );
        }

        predicateType = predicateType ?? throw json.Missing("predicateType");
        subjects = subjects ?? throw json.Missing("subject");
        predicate = predicate ?? throw json.Missing("predicate");
        json.EndDocument();
        (string builder, List<Subject> byproducts, List<Subject> dependencies) =
            predicateType == Provenance.PredicateType ? ReadProvenance(predicate) : ("", [], []);
        return new Statement
        {
            PredicateType = predicateType,
            Subjects = subjects,
            Predicate = predicate,
            Builder = builder,
            Byproducts = byproducts,
            Dependencies = dependencies,
        };
    }

    private static (string Builder, List<Subject> Byproducts, List<Subject> Dependencies) ReadProvenance(
        ReadOnlySpan<byte> predicate
    )
    {
        StrictJsonReader json = new(predicate, Limits.AttestationBytes);
        string builder = "";
        List<Subject> byproducts = [];
        List<Subject> dependencies = [];
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("buildDefinition"u8))
            {
                json.BeginObject();
                while (json.NextMember())
                {
                    if (json.NameIs("resolvedDependencies"u8))
                    {
                        dependencies = ReadSubjects(ref json, MostDependencies);
                    }
                    else
                    {
                        json.Skip();
                    }
                }
            }
            else if (json.NameIs("runDetails"u8))
            {
                json.BeginObject();
                while (json.NextMember())
                {
                    if (json.NameIs("builder"u8))
                    {
                        builder = ReadBuilder(ref json);
                    }
                    else if (json.NameIs("byproducts"u8))
                    {
                        byproducts = ReadSubjects(ref json);
                    }
                    else
                    {
                        json.Skip();
                    }
                }
            }
            else
            {
                json.Skip();
            }
        }

        return (builder, byproducts, dependencies);
    }

    private static string ReadBuilder(ref StrictJsonReader json)
    {
        string id = "";
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("id"u8))
            {
                id = json.ReadString();
            }
            else
            {
                json.Skip();
            }
        }

        return id;
    }

    private static List<Subject> ReadSubjects(ref StrictJsonReader json, int most = MostSubjects)
    {
        List<Subject> subjects = [];
        json.BeginArray();
        while (json.NextElement())
        {
            if (subjects.Count == most)
            {
                throw json.Violation(AttestationRule.Subject, $"it speaks of more than {most} files");
            }

            string name = "";
            Sha256Digest? digest = null;
            json.BeginObject();
            while (json.NextMember())
            {
                if (json.NameIs("name"u8))
                {
                    name = json.ReadString();
                }
                else if (json.NameIs("digest"u8))
                {
                    digest = ReadDigest(ref json);
                }
                else
                {
                    json.Skip();
                }
            }

            if (digest is { } sha256)
            {
                subjects.Add(new Subject(name, sha256));
            }
        }

        return subjects;
    }

    private static Sha256Digest? ReadDigest(ref StrictJsonReader json)
    {
        Sha256Digest? digest = null;
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("sha256"u8))
            {
                digest = Sha256Digest.TryParse(json.ReadString(), out Sha256Digest value)
                    ? value
                    : throw json.Violation(AttestationRule.Subject, "a SHA-256 has 64 lower-case hexadecimal digits");
            }
            else
            {
                json.Skip();
            }
        }

        return digest;
    }
}
