using System.Text.Json;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// A generation that is complete but for signatures, because a key's private half is not on this machine. It lies in a
/// directory of its own in the repository, packages included, and is nobody's until the signatures are imported.
/// </summary>
internal sealed record PendingGeneration
{
    /// <summary>What the directory is called once it is published, until it is removed.</summary>
    internal const string ImportedName = RepositoryLayout.PrivatePrefix + "imported";

    internal const string Packages = "packages";

    private const string FileName = "pending.json";
    private const int MaxBytes = 256 << 20;

    /// <summary>The repository's name.</summary>
    internal required string Repository { get; init; }

    internal required ulong IndexVersion { get; init; }

    internal required Timestamp GeneratedAt { get; init; }

    /// <summary>Identifies the generation that this one was made from.</summary>
    internal required Sha256Digest Base { get; init; }

    /// <summary>What it changes, in words.</summary>
    internal required IReadOnlyList<string> Summary { get; init; }

    internal required IReadOnlyList<AwaitedSignature> Awaited { get; init; }

    /// <summary>Packages that come in; their sources are in the pending directory.</summary>
    internal IReadOnlyList<PackagePlacement> Placements { get; init; } = [];

    /// <summary>Files that go.</summary>
    internal IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>The identity of a generation: its signatures.</summary>
    internal static Sha256Digest BaseOf(RepositorySnapshot snapshot) =>
        Sha256Digest.Of([
            .. snapshot.Descriptor.Signature ?? [],
            .. snapshot.Active.Signature ?? [],
            .. snapshot.Archive.Signature ?? [],
        ]);

    /// <summary>The directory in a repository.</summary>
    internal static string PathIn(string root) => Path.Combine(root, RepositoryLayout.PendingDirectory);

    /// <summary>Removes what waits in a repository. Half of it never waits: where this is broken off, the next run removes the rest.</summary>
    internal static void Remove(string root)
    {
        string gone = Path.Combine(root, ImportedName);
        DurableFile.RenameNoReplace(PathIn(root), gone);
        TreeRemoval.Remove(gone);
    }

    /// <summary>Writes the description into a directory.</summary>
    internal void Write(string directory)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("repository", Repository);
            json.WriteNumber("index_version", IndexVersion);
            json.WriteString("generated_at", GeneratedAt.Text);
            json.WriteString("base", Base.ToString());
            JsonReport.WriteStrings(json, "summary", Summary);
            JsonReport.WriteStrings(json, "removed", Removed);
            json.WriteStartArray("awaited");
            foreach (AwaitedSignature awaited in Awaited)
            {
                json.WriteStartObject();
                json.WriteString("path", awaited.Document);
                json.WriteString("sha256", awaited.Digest.ToString());
                json.WriteString("key_fingerprint", awaited.Signer.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("packages");
            foreach (PackagePlacement package in Placements)
            {
                json.WriteStartObject();
                json.WriteString("path", package.RelativePath);
                json.WriteNumber("size", package.Size);
                json.WriteString("sha256", package.Hash.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        DurableFile.Write(Path.Combine(directory, FileName), buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Reads what waits in a repository.</summary>
    /// <exception cref="UserErrorException">Nothing waits there.</exception>
    internal static PendingGeneration Read(string root)
    {
        string directory = PathIn(root);
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            throw new UserErrorException(
                $"no generation of {root} waits for signatures; one does after publish or a key command with a public key as --sign-key"
            );
        }

        try
        {
            PendingReader reader = new();
            reader.Read(BoundedFile.Read(path, MaxBytes), MaxBytes);
            return new PendingGeneration
            {
                Repository = reader.Repository,
                IndexVersion = reader.IndexVersion,
                GeneratedAt = Timestamp.Parse(reader.GeneratedAt),
                Base = Digest(reader.Base),
                Summary = reader.Summary,
                Removed = [.. reader.Removed.Select(Safe)],
                Awaited = reader.Awaited,
                Placements =
                [
                    .. reader.Packages.Select(item => new PackagePlacement(
                        Path.Combine(directory, Packages, Safe(item.Path)),
                        item.Path,
                        item.Size,
                        Digest(item.Hash)
                    )),
                ],
            };
        }
        catch (Exception error) when (error is FormatViolationException or FormatException)
        {
            throw new UserErrorException(
                $"{path}: {error.Message}; remove {directory} and prepare the generation again",
                error
            );
        }
    }

    private static Sha256Digest Digest(string text) =>
        Sha256Digest.TryParse(text, out Sha256Digest digest)
            ? digest
            : throw new FormatException($"\"{text}\" is no SHA-256 digest");

    private static string Safe(string path) =>
        RepositoryLayout.IsSafePath(path) ? path : throw new FormatException($"\"{path}\" is no path in a repository");

    /// <summary>The document's values before they are judged.</summary>
    private sealed class PendingReader
    {
        internal string Repository { get; private set; } = "";

        internal ulong IndexVersion { get; private set; }

        internal string GeneratedAt { get; private set; } = "";

        internal string Base { get; private set; } = "";

        internal List<string> Summary { get; } = [];

        internal List<string> Removed { get; } = [];

        internal List<AwaitedSignature> Awaited { get; } = [];

        internal List<(string Path, long Size, string Hash)> Packages { get; } = [];

        internal void Read(ReadOnlySpan<byte> utf8, int maxBytes)
        {
            StrictJsonReader json = new(utf8, maxBytes);
            json.BeginObject();
            while (json.NextMember())
            {
                if (json.NameIs("repository"u8))
                {
                    Repository = json.ReadString();
                }
                else if (json.NameIs("index_version"u8))
                {
                    IndexVersion = json.ReadUInt64();
                }
                else if (json.NameIs("generated_at"u8))
                {
                    GeneratedAt = json.ReadString();
                }
                else if (json.NameIs("base"u8))
                {
                    Base = json.ReadString();
                }
                else if (json.NameIs("summary"u8))
                {
                    ReadStrings(ref json, Summary);
                }
                else if (json.NameIs("removed"u8))
                {
                    ReadStrings(ref json, Removed);
                }
                else if (json.NameIs("awaited"u8))
                {
                    json.BeginArray();
                    while (json.NextElement())
                    {
                        Awaited.Add(AwaitedSignature.Read(ref json));
                    }
                }
                else if (json.NameIs("packages"u8))
                {
                    json.BeginArray();
                    while (json.NextElement())
                    {
                        Packages.Add(ReadFile(ref json));
                    }
                }
                else
                {
                    json.Skip();
                }
            }

            json.EndDocument();
        }

        private static void ReadStrings(ref StrictJsonReader json, List<string> values)
        {
            json.BeginArray();
            while (json.NextElement())
            {
                values.Add(json.ReadString());
            }
        }

        private static (string Path, long Size, string Hash) ReadFile(ref StrictJsonReader json)
        {
            (string path, long size, string hash) = ("", 0, "");
            json.BeginObject();
            while (json.NextMember())
            {
                if (json.NameIs("path"u8))
                {
                    path = json.ReadString();
                }
                else if (json.NameIs("size"u8))
                {
                    size = json.ReadSize();
                }
                else if (json.NameIs("sha256"u8))
                {
                    hash = json.ReadString();
                }
                else
                {
                    json.Skip();
                }
            }

            return (path, size, hash);
        }
    }
}
