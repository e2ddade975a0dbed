using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Attestations;

/// <summary>What a package's <c>source_ref</c> says, in the words of others.</summary>
public static class SourceAddress
{
    private const string GitPrefix = "git+";
    private const string TagPrefix = "refs/tags/";
    private const string DigestPrefix = "sha256=";

    /// <summary>
    /// The source that a reference names: <c>git+URL#refs/tags/TAG</c>, <c>git+URL#COMMIT</c>, <c>URL#sha256=DIGEST</c> or any
    /// other text.
    /// </summary>
    /// <param name="sourceRef">The reference, as the package records it.</param>
    /// <param name="commit">The git commit that was built; null where it is not known apart from the reference.</param>
    /// <param name="version">Upstream's version, which is no part of the source's name.</param>
    public static Material Read(string sourceRef, string? commit, string version)
    {
        string fragment = FragmentOf(sourceRef);
        return
            fragment.StartsWith(DigestPrefix, StringComparison.Ordinal)
            && Sha256Digest.TryParse(fragment[DigestPrefix.Length..], out Sha256Digest digest)
            ? Archive(sourceRef[..^(fragment.Length + 1)], digest, version)
            : new Material(NameOf(sourceRef, version), sourceRef)
            {
                Commit = commit ?? (IsCommit(fragment) ? fragment : null),
            };
    }

    /// <summary>A source that is an archive.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="digest">The digest of its bytes.</param>
    /// <param name="version">Upstream's version, which is no part of the source's name.</param>
    public static Material Archive(string url, Sha256Digest digest, string version) =>
        new(NameOf(url, version), url) { Sha256 = digest };

    /// <summary>Whether a text is the full name of a git object, of either kind.</summary>
    public static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The address in SPDX's form, <c>git+URL@TAG</c> for git; null where the source has none that is a URL.</summary>
    internal static string? DownloadLocation(Material source)
    {
        string uri = source.Uri;
        if (!uri.StartsWith(GitPrefix, StringComparison.Ordinal))
        {
            return
                uri.StartsWith("https://", StringComparison.Ordinal)
                || uri.StartsWith("http://", StringComparison.Ordinal)
                ? uri
                : null;
        }

        string revision = Revision(source);
        string address = Address(source);
        return !address.Contains("://", StringComparison.Ordinal) ? null
            : revision.Length == 0 ? GitPrefix + address
            : $"{GitPrefix}{address}@{revision}";
    }

    /// <summary>The URL of the git repository; empty where the source is none.</summary>
    internal static string Address(Material source) =>
        source.Uri.StartsWith(GitPrefix, StringComparison.Ordinal)
            ? source.Uri[GitPrefix.Length..].Split('#', 2)[0]
            : "";

    /// <summary>The tag or commit of the git repository; empty where the reference names none.</summary>
    internal static string Revision(Material source)
    {
        string fragment = FragmentOf(source.Uri);
        return fragment.StartsWith(TagPrefix, StringComparison.Ordinal) ? fragment[TagPrefix.Length..] : fragment;
    }

    // https://example.org/zlib-1.3.1.tar.gz and git+https://example.org/madler/zlib.git#refs/tags/v1.3.1 are both zlib.
    private static string NameOf(string uri, string version)
    {
        string name = uri.Split('#', '?')[0].TrimEnd('/').Split('/', ':')[^1];
        name = name.IndexOf("-" + version, StringComparison.Ordinal) is > 0 and var at ? name[..at] : name;
        name = name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name;
        return name.Length > 0 ? name : "source";
    }

    private static string FragmentOf(string uri) =>
        uri.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? uri[(at + 1)..] : "";
}
