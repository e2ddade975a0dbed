namespace Peipkg.Format.Manifests;

/// <summary>The stable names of the rules for manifests, file lists and what indexes repeat of them.</summary>
public static class ManifestRule
{
    /// <summary>The document's schema version is not the one this library knows.</summary>
    public const string SchemaVersion = "schema-version";

    /// <summary>The document does not end with exactly one newline.</summary>
    public const string Newline = "manifest-newline";

    /// <summary>A package name is malformed (PSD-009 §2.1).</summary>
    public const string Name = "package-name";

    /// <summary>A package or virtual name is malformed.</summary>
    public const string VirtualName = "virtual-name";

    /// <summary>A version is malformed (PSD-009 §2.2).</summary>
    public const string Version = "version";

    /// <summary>A version constraint is malformed (PSD-009 §2.2.8).</summary>
    public const string Constraint = "version-constraint";

    /// <summary>A provided version is malformed.</summary>
    public const string ProvidedVersion = "provided-version";

    /// <summary>An architecture is malformed, or none that a producer may build for (PSD-009 §2.3).</summary>
    public const string Architecture = "architecture";

    /// <summary>An architecture qualifier is not <c>any</c> (PSD-009 §4.1.3).</summary>
    public const string ArchitectureQualifier = "arch-qualifier";

    /// <summary>A description is not printable ASCII.</summary>
    public const string Description = "description";

    /// <summary>A homepage is no http(s) URL.</summary>
    public const string Homepage = "homepage";

    /// <summary>An array is not sorted by name.</summary>
    public const string RelationOrder = "relation-order";

    /// <summary>An array has a name twice.</summary>
    public const string RelationDuplicate = "relation-duplicate";

    /// <summary>An array is longer than its limit.</summary>
    public const string ArrayLimit = "array-limit";

    /// <summary>A side effect is not in the closed set.</summary>
    public const string SideEffectUnknown = "side-effect-unknown";

    /// <summary>A side effect is declared twice.</summary>
    public const string SideEffectDuplicate = "side-effect-duplicate";

    /// <summary>A size is negative.</summary>
    public const string Size = "size";

    /// <summary>A path breaks the rules of payload paths (PSD-009 §3.2.7).</summary>
    public const string Path = Layout.PayloadLayout.PathRule;

    /// <summary>Security descriptors are not sorted by path, or a path has two.</summary>
    public const string SdOverrideOrder = "sd-override-order";

    /// <summary>A security descriptor is malformed or too large (PSD-009 §3.3.5).</summary>
    public const string SecurityDescriptor = "sd-override-descriptor";

    /// <summary>A timestamp is malformed.</summary>
    public const string Timestamp = "timestamp";

    /// <summary>A hash algorithm is not SHA-256.</summary>
    public const string HashAlgorithm = "hash-algorithm";

    /// <summary>A hash is not 64 lower-case hexadecimal digits.</summary>
    public const string Hash = "hash";

    /// <summary>File entries are not sorted by path, or a path comes twice.</summary>
    public const string FilesOrder = "files-order";

    /// <summary>A member is one that the edition does not have.</summary>
    public const string UnknownMember = "unknown-member";

    /// <summary>A licence class is not in the closed set (PSPU 5.18).</summary>
    public const string LicenseClass = "license-class";

    /// <summary>The name of a root is malformed, or stands where there is none (PSPU 5.19).</summary>
    public const string Root = "root-name";

    /// <summary>Claims are malformed, or stand where there are none (PSPU 5.23).</summary>
    public const string Claims = "claims";

    /// <summary>The message of an alternate upgrade is malformed (PSPU 5.18).</summary>
    public const string AlternateUpgrade = "alternate-upgrade";

    /// <summary>What a manifest says about the build's origin is malformed (PSPU 5.18).</summary>
    public const string Provenance = "provenance";

    /// <summary>A provided version is above the package's own.</summary>
    public const string HigherProvides = "provides-higher-version";
}
