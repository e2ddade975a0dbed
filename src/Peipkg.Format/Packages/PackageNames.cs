namespace Peipkg.Format.Packages;

/// <summary>The reserved entries of a package (§3.2.1, §3.2.2).</summary>
public static class PackageNames
{
    /// <summary>The prefix no payload path may have.</summary>
    public const string MetadataPrefix = ".peipkg/";

    /// <summary>The manifest's entry, the first.</summary>
    public const string Manifest = ".peipkg/manifest.json";

    /// <summary>The files manifest's entry, the second.</summary>
    public const string Files = ".peipkg/files.json";

    /// <summary>The signature's entry, the last where there is one.</summary>
    public const string Signature = ".peipkg/signature";

    internal static ReadOnlySpan<byte> ManifestBytes => ".peipkg/manifest.json"u8;

    internal static ReadOnlySpan<byte> FilesBytes => ".peipkg/files.json"u8;

    internal static ReadOnlySpan<byte> SignatureBytes => ".peipkg/signature"u8;
}
