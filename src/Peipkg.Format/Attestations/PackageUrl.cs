namespace Peipkg.Format.Attestations;

/// <summary>Package URLs, by which databases of vulnerabilities know software.</summary>
internal static class PackageUrl
{
    private const string Forge = "https://github.com/";

    /// <summary>The package URL of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="version">Its version, upstream's own.</param>
    internal static string Of(Material source, string version)
    {
        string git = SourceAddress.Address(source);
        string revision = SourceAddress.Revision(source);
        if (
            git.StartsWith(Forge, StringComparison.Ordinal)
            && git[Forge.Length..].TrimEnd('/').Split('/') is [{ Length: > 0 } owner, { Length: > 0 } repository]
        )
        {
            repository = repository.EndsWith(".git", StringComparison.Ordinal) ? repository[..^4] : repository;

            // That forge knows no case, and so its package URLs have none.
            return $"pkg:github/{Encode(owner.ToLowerInvariant())}/{Encode(repository.ToLowerInvariant())}@{Encode(revision.Length > 0 ? revision : version)}";
        }

        return git.Length > 0
                ? Generic(source.Name, version, ("vcs_url", SourceAddress.DownloadLocation(source) ?? source.Uri))
            : source.Sha256 is { } digest
                ? Generic(source.Name, version, ("checksum", $"sha256:{digest}"), ("download_url", source.Uri))
            : Generic(source.Name, version);
    }

    /// <summary>A package URL of no particular kind.</summary>
    /// <param name="name">The name.</param>
    /// <param name="version">The version.</param>
    /// <param name="qualifiers">In the order of their names.</param>
    internal static string Generic(
        string name,
        string version,
        params ReadOnlySpan<(string Name, string Value)> qualifiers
    )
    {
        List<string> words = [];
        foreach ((string qualifier, string value) in qualifiers)
        {
            words.Add($"{qualifier}={Encode(value)}");
        }

        return $"pkg:generic/{Encode(name)}@{Encode(version)}{(words.Count > 0 ? "?" : "")}{string.Join('&', words)}";
    }

    // The colon alone of what is reserved stands as it is.
    private static string Encode(string text) =>
        Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
