using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Keys;

/// <summary>A change of <c>repo.json</c>, decided before anything is changed.</summary>
/// <param name="Descriptor">The new descriptor.</param>
internal sealed record DescriptorEdit(Descriptor Descriptor)
{
    /// <summary>Keys whose files come.</summary>
    internal IReadOnlyList<PublicKey> AddedKeys { get; init; } = [];

    /// <summary>Keys whose files go.</summary>
    internal IReadOnlyList<Fingerprint> RemovedKeys { get; init; } = [];

    /// <summary>What changes and what consumers will experience, in sentences.</summary>
    internal List<string> Consequences { get; } = [];

    /// <summary>What speaks against the change but is the operator's to decide (<c>--force</c>).</summary>
    internal List<string> Objections { get; } = [];

    /// <summary>A key list with one entry put in, in place of the one it had.</summary>
    internal static IReadOnlyList<DescriptorKey> Put(
        Descriptor descriptor,
        Fingerprint fingerprint,
        KeyStatus status,
        Timestamp? validUntil = null
    )
    {
        DescriptorKey entry = descriptor.FindKey(fingerprint) is { } old
            ? old with
            {
                Status = status,
                ValidUntil = validUntil,
            }
            : new DescriptorKey(fingerprint, DescriptorKey.ConventionalUrl(fingerprint), status, validUntil);
        return
        [
            .. descriptor
                .Keys.Where(key => key.Fingerprint != fingerprint)
                .Append(entry)
                .OrderBy(static key => key.Fingerprint.Text, StringComparer.Ordinal),
        ];
    }
}
