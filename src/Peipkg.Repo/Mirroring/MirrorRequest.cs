using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Mirroring;

/// <summary>What is to be copied from where.</summary>
internal sealed record MirrorRequest
{
    /// <summary>The repository that is copied.</summary>
    internal required RepositoryAddress Address { get; init; }

    /// <summary>The keys one of which must have signed its <c>repo.json</c>, at first.</summary>
    internal required IReadOnlyList<Fingerprint> Anchors { get; init; }

    /// <summary>The copy's directory.</summary>
    internal required string Out { get; init; }

    /// <summary>Which names are copied, with <c>*</c> and <c>?</c>; empty for all.</summary>
    internal IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>How many of each name's versions are copied; null for all of a whole copy, and one of a partial one.</summary>
    internal int? Newest { get; init; }

    /// <summary>The key that signs a partial copy; null for a whole one.</summary>
    internal string? SignKey { get; init; }

    /// <summary>The time of a partial copy's new indexes.</summary>
    internal Timestamp? At { get; init; }

    /// <summary>Whether special system packages may install outside the layout, in a partial copy.</summary>
    internal bool AllowSpecialSystem { get; init; }

    /// <summary>Whether packages may have the header forms of reference packers, in a partial copy.</summary>
    internal bool AllowReferenceHeaders { get; init; }

    /// <summary>Whether compressed copies lie beside the indexes of a whole copy; null for as it is.</summary>
    internal bool? Precompress { get; init; }

    /// <summary>Whether only to compare.</summary>
    internal bool Check { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }

    /// <summary>Whether only a part is copied.</summary>
    internal bool IsPartial => Packages.Count > 0 || Newest is not null;
}
