using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Publishing;

/// <summary>
/// The verdicts of rebuilds that come in, each judged before its package is: by whoever signed it, and by the name and
/// bytes that it speaks of. Wherever they lie, they find their package by its hash.
/// </summary>
internal sealed class RebuildIntake
{
    private readonly Dictionary<Sha256Digest, List<(string File, RebuildVerdict Verdict)>> _byPackage = [];
    private readonly List<Refusal> _refusals = [];
    private readonly Fingerprint[] _own;
    private readonly RebuildPolicy _policy;
    private readonly bool _takesAny;

    private RebuildIntake(PublishedState state, RebuildPolicy policy, bool takesAny)
    {
        _own = [.. state.Descriptor.Keys.Select(static key => key.Fingerprint)];
        _policy = policy;
        _takesAny = takesAny;
    }

    /// <summary>Reads verdicts.</summary>
    /// <param name="files">Their files.</param>
    /// <param name="state">What is published.</param>
    /// <param name="policy">Whose verdicts count.</param>
    /// <param name="takesAny">Whether those of others are taken too, as from a repository that has them already.</param>
    internal static RebuildIntake Read(
        IReadOnlyList<string> files,
        PublishedState state,
        RebuildPolicy policy,
        bool takesAny
    )
    {
        RebuildIntake intake = new(state, policy, takesAny);
        foreach (string file in files)
        {
            try
            {
                foreach (RebuildVerdict verdict in RebuildFiles.Read(file))
                {
                    intake.Add(file, verdict);
                }
            }
            catch (SiblingException exception)
            {
                intake._refusals.Add(
                    new Refusal(
                        file,
                        exception.Rule,
                        $"{exception.Message}; ask whoever rebuilt the package for the verdict, or remove it"
                    )
                );
            }
        }

        return intake;
    }

    /// <summary>What is not taken, whatever it speaks of.</summary>
    internal IReadOnlyList<Refusal> Refusals => _refusals;

    /// <summary>The verdicts on a package that comes in, and what stands against it by them.</summary>
    /// <param name="package">The digest of its bytes.</param>
    /// <param name="fileName">The name that it is published under.</param>
    /// <param name="signer">The key that signed it; null for none.</param>
    /// <param name="isPublished">Whether it is published already, so that nothing stands against it any more.</param>
    /// <param name="refuse">Told the file, or null for the package's own; the rule; the reason.</param>
    internal IReadOnlyList<RebuildVerdict> Take(
        Sha256Digest package,
        string fileName,
        Fingerprint? signer,
        bool isPublished,
        Action<string?, string, string> refuse
    )
    {
        List<(string File, RebuildVerdict Verdict)> found;
        lock (_byPackage)
        {
            found = _byPackage.Remove(package, out List<(string, RebuildVerdict)>? list) ? list : [];
        }

        foreach ((string file, RebuildVerdict verdict) in found)
        {
            if (!_takesAny && verdict.Rebuilder.Fingerprint == signer)
            {
                refuse(file, AttestationRule.Rebuilder, RebuildPolicy.WhyNot(signer!.Value, [], signer)!);
            }

            if (verdict.Package.Name != fileName)
            {
                refuse(
                    file,
                    AttestationRule.Subject,
                    $"it speaks of {verdict.Package.Name}, and these bytes are published as {fileName}"
                );
            }
        }

        IReadOnlyList<RebuildVerdict> verdicts = Merge(package, [], found, refuse);
        if (!isPublished && _policy.Judge(verdicts, _own, signer) is { } problem)
        {
            refuse(null, problem.Rule, problem.Reason);
        }

        return verdicts;
    }

    /// <summary>The verdicts that are left, for packages that were published before.</summary>
    /// <param name="state">What is published.</param>
    internal IReadOnlyList<LateSibling> TakeLate(PublishedState state)
    {
        List<LateSibling> late = [];
        if (_byPackage.Count == 0)
        {
            return late;
        }

        foreach (IndexRow row in state.Archive)
        {
            if (!_byPackage.Remove(row.Hash, out List<(string File, RebuildVerdict Verdict)>? found))
            {
                continue;
            }

            void Refuse(string? file, string rule, string reason) =>
                _refusals.Add(new Refusal(file ?? found[0].File, rule, reason));

            if (row.Place is not { } place)
            {
                Refuse(
                    null,
                    AttestationRule.Elsewhere,
                    $"{row} is hosted elsewhere, at {row.Url}, and so is what lies beside it; bring the verdicts there"
                );
                continue;
            }

            if (found.Find(item => item.Verdict.Package.Name != row.FileName) is { File: { } renamed } wrong)
            {
                Refuse(
                    renamed,
                    AttestationRule.Subject,
                    $"it speaks of {wrong.Verdict.Package.Name}, and these bytes are published as {row.FileName}"
                );
                continue;
            }

            IReadOnlyList<RebuildVerdict> present = RebuildFiles.Published(Path.Combine(state.Root, place), row.Hash);
            IReadOnlyList<RebuildVerdict> merged = Merge(row.Hash, present, found, Refuse);
            byte[] bundle = RebuildVerdicts.Write(merged);
            if (!bundle.AsSpan().SequenceEqual(RebuildVerdicts.Write(present)))
            {
                late.Add(
                    new LateSibling(
                        row,
                        SiblingNames.Rebuilds,
                        new DocumentPlacement(place + SiblingNames.Rebuilds, bundle),
                        merged
                    )
                );
            }
        }

        foreach ((string file, RebuildVerdict verdict) in Left())
        {
            _refusals.Add(
                new Refusal(
                    file,
                    AttestationRule.Subject,
                    $"it speaks of {verdict.Package.Name} with SHA-256 {verdict.Package.Sha256}, and no package with these bytes is "
                        + "published or comes in; remove it, or bring the package"
                )
            );
        }

        return late;
    }

    private IEnumerable<(string File, RebuildVerdict Verdict)> Left() =>
        _byPackage.Values.SelectMany(static list => list).OrderBy(static item => item.File, StringComparer.Ordinal);

    private static IReadOnlyList<RebuildVerdict> Merge(
        Sha256Digest package,
        IReadOnlyList<RebuildVerdict> present,
        List<(string File, RebuildVerdict Verdict)> found,
        Action<string?, string, string> refuse
    )
    {
        if (found.Count == 0)
        {
            return present;
        }

        try
        {
            IReadOnlyList<RebuildVerdict> merged = RebuildVerdicts.Merge(
                present,
                [.. found.Select(static item => item.Verdict)]
            );
            _ = RebuildVerdicts.Read(RebuildVerdicts.Write(merged), package);
            return merged;
        }
        catch (FormatViolationException exception)
        {
            refuse(found[^1].File, exception.Rule, exception.Detail);
            return present;
        }
    }

    private void Add(string file, RebuildVerdict verdict)
    {
        Fingerprint key = verdict.Rebuilder.Fingerprint;
        if (!_takesAny && RebuildPolicy.WhyNot(key, _own, null) is { } reason)
        {
            _refusals.Add(new Refusal(file, AttestationRule.Rebuilder, $"{reason}; remove it"));
            return;
        }

        if (!_takesAny && !_policy.Rebuilders.Contains(key))
        {
            _refusals.Add(
                new Refusal(
                    file,
                    AttestationRule.Rebuilder,
                    $"it is signed by {key}, whom no --rebuilder names; name them if you trust them, or remove it"
                )
            );
            return;
        }

        if (!_byPackage.TryGetValue(verdict.Package.Sha256, out List<(string, RebuildVerdict)>? list))
        {
            _byPackage[verdict.Package.Sha256] = list = [];
        }

        list.Add((file, verdict));
    }
}
