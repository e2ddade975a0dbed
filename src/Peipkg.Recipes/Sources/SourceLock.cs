using System.Diagnostics.CodeAnalysis;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Sources;

/// <summary>Which archive a version is built from.</summary>
/// <param name="Version">The upstream version.</param>
/// <param name="Url">Where the archive was when it was locked.</param>
/// <param name="Sha256">The SHA-256 of the archive.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Timestamp">The time of the newest file in it.</param>
public sealed record LockedArchive(string Version, string Url, Sha256Digest Sha256, long Size, Timestamp Timestamp)
{
    /// <summary>The fingerprint of the key whose signature was verified when it was locked; null without one.</summary>
    public string? Signer { get; init; }
}

/// <summary>
/// The file <c>peipkg.lock</c> beside a recipe. It says which archive each version is built from, so that nobody can
/// exchange one later, and is kept with the recipe.
/// </summary>
/// <param name="Archives">One for each version, the newest first.</param>
public sealed record SourceLock(IReadOnlyList<LockedArchive> Archives)
{
    /// <summary>What the file is called in a recipe directory.</summary>
    public const string FileName = "peipkg.lock";

    private const string Section = "archive";

    /// <summary>A lock without versions.</summary>
    public static SourceLock Empty { get; } = new([]);

    /// <summary>The archive of a version, or null.</summary>
    public LockedArchive? Find(string upstream) => Archives.FirstOrDefault(archive => archive.Version == upstream);

    /// <summary>This lock with one more version, or another archive for it.</summary>
    public SourceLock With(LockedArchive archive)
    {
        List<LockedArchive> archives = [.. Archives.Where(other => other.Version != archive.Version), archive];
        archives.Sort((one, other) => PackageVersion.Compare(VersionOf(other), VersionOf(one)));
        return new(archives);
    }

    /// <summary>Reads the lock of a recipe; one without versions where there is none.</summary>
    /// <param name="directory">The recipe's directory.</param>
    /// <exception cref="RecipeException">It has mistakes: all of them.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SourceLock Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        return File.Exists(path) ? Read(TomlFile.Load(path)) : Empty;
    }

    /// <summary>Reads a lock.</summary>
    /// <exception cref="RecipeException">It has mistakes: all of them.</exception>
    public static SourceLock Read(TomlFile file)
    {
        List<LockedArchive> archives = [];
        foreach (TomlSection section in file.Sections(Section))
        {
            Located<string>? version = section.Parsed<string>("version", ParseVersion, required: true);
            Located<string>? url = section.Parsed<string>("url", ParseUrl, required: true);
            Located<Sha256Digest>? sha256 = section.Parsed<Sha256Digest>("sha256", ParseDigest, required: true);
            Located<long>? size = section.Integer("size", required: true);
            Located<Timestamp>? time = section.Parsed<Timestamp>("timestamp", Timestamp.TryParse, required: true);
            Located<string>? signer = section.Parsed<string>("signer", ParseSigner);
            section.Finish();
            if (version is { } twice && archives.Exists(archive => archive.Version == twice.Value))
            {
                file.Problems.Error(
                    twice.Position,
                    $"version in [[archive]]: {twice.Value} is there twice; remove the one that is wrong",
                    RecipeRule.DuplicateName
                );
            }

            if (version is not null && url is not null && sha256 is not null && size is not null && time is not null)
            {
                archives.Add(
                    new LockedArchive(
                        version.Value.Value,
                        url.Value.Value,
                        sha256.Value.Value,
                        size.Value.Value,
                        time.Value.Value
                    )
                    {
                        Signer = signer?.Value,
                    }
                );
            }
        }

        file.Problems.ThrowIfAny();
        return new SourceLock(archives);
    }

    /// <summary>The file's content.</summary>
    public string Text()
    {
        StringBuilder text = new(
            "# Written by \"peipkg-build lock\": the archive that each version is built from. Keep it with the recipe.\n"
        );
        foreach (LockedArchive archive in Archives)
        {
            text.Append(
                $"\n[[{Section}]]\nversion = \"{archive.Version}\"\nurl = \"{archive.Url}\"\nsha256 = \"{archive.Sha256}\"\nsize = {archive.Size}\ntimestamp = \"{archive.Timestamp}\"\n"
            );
            if (archive.Signer is { } signer)
            {
                text.Append($"signer = \"{signer}\"\n");
            }
        }

        return text.ToString();
    }

    private static PackageVersion VersionOf(LockedArchive archive) => PackageVersion.Parse($"{archive.Version}-1");

    private static bool ParseVersion(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            PackageVersion.TryParse($"{text}-1", out PackageVersion version, out _) && version.Upstream == text
                ? null
                : $"{DisplayText.Quote(text)} is no upstream version";
        return error is null;
    }

    private static bool ParseUrl(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        return ArchiveUrl.TryParse(text, out _, out error);
    }

    private static bool ParseSigner(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value.Length > 0 && value.All(char.IsAsciiHexDigit)
                ? null
                : $"{DisplayText.Quote(text)} is no fingerprint of a key";
        return error is null;
    }

    private static bool ParseDigest(string? text, out Sha256Digest value, [NotNullWhen(false)] out string? error)
    {
        error = Sha256Digest.TryParse(text, out value) ? null : $"{DisplayText.Quote(text)} is no SHA-256";
        return error is null;
    }
}
