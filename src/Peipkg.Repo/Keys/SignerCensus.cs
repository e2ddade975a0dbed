using System.Collections.Concurrent;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Keys;

/// <summary>How many packages one key has signed.</summary>
/// <param name="Active">Of those the active index advertises.</param>
/// <param name="Archived">Of all.</param>
internal sealed record SignedPackages(int Active, int Archived);

/// <summary>Which key signed which packages, read from the packages themselves: no index says it.</summary>
internal sealed class SignerCensus
{
    private readonly Dictionary<Fingerprint, SignedPackages> _bySigner;

    private SignerCensus(
        Dictionary<Fingerprint, SignedPackages> bySigner,
        SignedPackages unsigned,
        SignedPackages unknown
    )
    {
        _bySigner = bySigner;
        Unsigned = unsigned;
        Unknown = unknown;
    }

    /// <summary>Packages without signature.</summary>
    internal SignedPackages Unsigned { get; }

    /// <summary>Packages that are hosted elsewhere, missing or damaged.</summary>
    internal SignedPackages Unknown { get; }

    /// <summary>What a key signed.</summary>
    internal SignedPackages Of(Fingerprint signer) => _bySigner.GetValueOrDefault(signer) ?? new SignedPackages(0, 0);

    /// <summary>Reads every package of a repository on all cores.</summary>
    internal static SignerCensus Take(string root, IReadOnlyList<IndexRow> archive, CancellationToken stop)
    {
        HashSet<IndexRow> active = [.. ActiveSelection.From(archive, static (_, _) => { })];
        ConcurrentBag<(Fingerprint? Signer, bool Known, bool Active)> seen = [];
        Workers.ForEach(
            archive,
            row =>
            {
                (Fingerprint? signer, bool known) = SignerOf(root, row, stop);
                seen.Add((signer, known, active.Contains(row)));
            },
            stop
        );
        Dictionary<Fingerprint, SignedPackages> bySigner = seen.Where(static item => item.Signer is not null)
            .GroupBy(static item => item.Signer!.Value)
            .ToDictionary(static group => group.Key, Count);
        return new SignerCensus(
            bySigner,
            Count(seen.Where(static item => item.Known && item.Signer is null)),
            Count(seen.Where(static item => !item.Known))
        );
    }

    private static SignedPackages Count(IEnumerable<(Fingerprint? Signer, bool Known, bool Active)> items)
    {
        int active = 0;
        int all = 0;
        foreach ((_, _, bool isActive) in items)
        {
            active += isActive ? 1 : 0;
            all++;
        }

        return new SignedPackages(active, all);
    }

    private static (Fingerprint? Signer, bool Known) SignerOf(string root, IndexRow row, CancellationToken stop)
    {
        if (row.Place is not { } path)
        {
            return (null, false);
        }

        try
        {
            using FileStream package = new(
                Path.Combine(root, path),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0,
                FileOptions.SequentialScan
            );
            return (
                PackageVerifier
                    .Verify(package, new PackageVerifyOptions { Edition = null, Published = true }, stop)
                    .Signature?.KeyFingerprint,
                true
            );
        }
        catch (Exception error) when (error is FormatViolationException or IOException or UnauthorizedAccessException)
        {
            return (null, false);
        }
    }
}
