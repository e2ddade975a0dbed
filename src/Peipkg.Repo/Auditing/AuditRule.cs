namespace Peipkg.Repo.Auditing;

/// <summary>How much a finding weighs.</summary>
internal enum AuditSeverity
{
    /// <summary>Worth knowing.</summary>
    Notice,

    /// <summary>Works, but hardly as meant.</summary>
    Warning,

    /// <summary>Some consumer cannot install what the repository advertises.</summary>
    Error,
}

/// <summary>What an audit looks for.</summary>
/// <param name="Id">The rule's stable name in kebab case.</param>
/// <param name="Severity">How much its findings weigh.</param>
/// <param name="Remedy">What to do about them, for people.</param>
internal sealed record AuditRule(string Id, AuditSeverity Severity, string Remedy)
{
    /// <summary>Nothing advertised satisfies a dependency (§4.2).</summary>
    internal static AuditRule UnsatisfiedDependency { get; } =
        new(
            "unsatisfied-dependency",
            AuditSeverity.Error,
            "publish a package that satisfies it, or a new revision of this one with another dependency"
        );

    /// <summary>Packages depend on each other in a circle, so that none can be installed first (§4.2).</summary>
    internal static AuditRule DependencyCycle { get; } =
        new(
            "dependency-cycle",
            AuditSeverity.Error,
            "break the circle: make one dependency optional, or move what both need into a package of its own"
        );

    /// <summary>Two packages install the same path.</summary>
    internal static AuditRule SharedPath { get; } =
        new(
            "shared-path",
            AuditSeverity.Error,
            "move the files apart, or declare conflicts or replaces in one of the packages"
        );

    /// <summary>A package answers to the name of another one.</summary>
    internal static AuditRule ShadowedPackage { get; } =
        new(
            "shadowed-package",
            AuditSeverity.Warning,
            "drop the provides, or declare conflicts or replaces if it is meant to take the other's place"
        );

    /// <summary>A dependency claims a slot that nothing which satisfies it fills (PSPU 5.23).</summary>
    internal static AuditRule UnfilledClaim { get; } =
        new(
            "unfilled-claim",
            AuditSeverity.Warning,
            "let the package that satisfies the dependency provide the name with this slot and its target, or drop the claim"
        );

    /// <summary>The advertised version of a name is a pre-release.</summary>
    internal static AuditRule PreReleaseNewest { get; } =
        new(
            "pre-release-newest",
            AuditSeverity.Warning,
            "publish the release; until then everyone who upgrades gets the pre-release"
        );

    /// <summary>A package carries no signature.</summary>
    internal static AuditRule UnsignedPackage { get; } =
        new(
            "unsigned-package",
            AuditSeverity.Warning,
            "publish a signed revision; consumers that require signatures refuse this one"
        );

    /// <summary>A package's signer is no longer an active key.</summary>
    internal static AuditRule SignerNotActive { get; } =
        new("signer-not-active", AuditSeverity.Warning, "publish a new revision signed with an active key");

    /// <summary>Somebody who built a package again has got other bytes.</summary>
    internal static AuditRule RebuildDifferent { get; } =
        new(
            "rebuild-different",
            AuditSeverity.Warning,
            "find out why with \"peipkg-build reproduce\"; until then nobody knows what is in it but whoever built it"
        );

    /// <summary>A package could not be looked into.</summary>
    internal static AuditRule ContentUnknown { get; } =
        new(
            "content-unknown",
            AuditSeverity.Notice,
            "put the file back from a mirror or a backup; a package hosted elsewhere is known when it was published with the browser"
        );

    /// <summary>Nothing advertised satisfies an optional dependency.</summary>
    internal static AuditRule UnsatisfiedSuggestion { get; } =
        new("unsatisfied-suggestion", AuditSeverity.Notice, "publish what is suggested, or stop suggesting it");

    /// <summary>A published package breaks a rule that binds producers alone.</summary>
    internal static AuditRule ProducerRule { get; } =
        new("producer-rule", AuditSeverity.Notice, "no reader refuses it; mend it in the next revision");

    /// <summary>All rules, in the order findings are reported.</summary>
    internal static IReadOnlyList<AuditRule> All { get; } =
    [
        UnsatisfiedDependency,
        DependencyCycle,
        SharedPath,
        ShadowedPackage,
        UnfilledClaim,
        PreReleaseNewest,
        UnsignedPackage,
        SignerNotActive,
        RebuildDifferent,
        ContentUnknown,
        UnsatisfiedSuggestion,
        ProducerRule,
    ];

    /// <summary>The severity's name in documents.</summary>
    internal string SeverityText =>
        Severity switch
        {
            AuditSeverity.Error => "error",
            AuditSeverity.Warning => "warning",
            _ => "notice",
        };
}
