using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Publishing;

/// <summary>What is to be published, and how.</summary>
internal sealed record PublishRequest
{
    /// <summary>The previous repository.</summary>
    internal required string In { get; init; }

    /// <summary>The directory of new packages; null only in a rebuild.</summary>
    internal string? New { get; init; }

    /// <summary>The new packages one by one, instead of a directory of them; null where there is one.</summary>
    internal IReadOnlyList<string>? Files { get; init; }

    /// <summary>Whether the files never change, so that a second name for them will do.</summary>
    internal bool FilesStay { get; init; }

    /// <summary>The private key's file.</summary>
    internal required string SignKey { get; init; }

    /// <summary>The new indexes' time.</summary>
    internal required Timestamp At { get; init; }

    /// <summary>The new repository; the same directory as <see cref="In"/> to publish in place.</summary>
    internal required string Out { get; init; }

    /// <summary>Where new packages are fetched from.</summary>
    internal required UrlTemplate Template { get; init; }

    /// <summary>In a rebuild, the directory of every package ever published; null otherwise.</summary>
    internal string? AllPackages { get; init; }

    /// <summary>Whether the archive is made anew from packages, not from the old one.</summary>
    internal bool IsRebuild => AllPackages is not null;

    /// <summary>Whether a rebuild may leave out what was published.</summary>
    internal bool ForgetMissing { get; init; }

    /// <summary>Whether files whose bytes are published are passed over.</summary>
    internal bool SkipExisting { get; init; }

    /// <summary>Whether unsigned packages are refused.</summary>
    internal bool RequireSigned { get; init; }

    /// <summary>Whether destinations and side effects go unchecked.</summary>
    internal bool SkipLayoutChecks { get; init; }

    /// <summary>Whether special system packages may install outside the layout.</summary>
    internal bool AllowSpecialSystem { get; init; }

    /// <summary>Whether packages may have the header forms of reference packers.</summary>
    internal bool AllowReferenceHeaders { get; init; }

    /// <summary>Whether the repository gets no package browser, and loses one that it has.</summary>
    internal bool NoSite { get; init; }

    /// <summary>Whether compressed copies lie beside the documents; null for as it is.</summary>
    internal bool? Precompress { get; init; }

    /// <summary>The least severity of new findings of the audit that stand against publishing; null for none.</summary>
    internal AuditSeverity? DenyAudit { get; init; }

    /// <summary>What the repositories below advertise, which the audit takes into account.</summary>
    internal IReadOnlyList<IndexEntry> Below { get; init; } = [];

    /// <summary>Whose verdicts of rebuilds count, and how many a new package needs.</summary>
    internal RebuildPolicy Rebuilds { get; init; } = RebuildPolicy.None;

    /// <summary>Whether the new indexes may be dated long after the last ones and after the newest build.</summary>
    internal bool AllowFuture { get; init; }

    /// <summary>Whether an index may be larger than known clients take.</summary>
    internal bool AllowLargeIndex { get; init; }

    /// <summary>Whether only to say what would change.</summary>
    internal bool DryRun { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }
}
