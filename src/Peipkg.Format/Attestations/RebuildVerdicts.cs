using System.Buffers;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Attestations;

/// <summary>The verdicts on one package, one for each key, sorted by fingerprint.</summary>
public static class RebuildVerdicts
{
    /// <summary>Reads verdicts on a package, one a line.</summary>
    /// <param name="document">One verdict or several, at most <see cref="Limits.VerdictsBytes"/>.</param>
    /// <param name="package">The digest of the package's bytes.</param>
    /// <exception cref="FormatViolationException">A line is no verdict, or speaks of something else; or a key has two.</exception>
    public static IReadOnlyList<RebuildVerdict> Read(ReadOnlySpan<byte> document, Sha256Digest package)
    {
        if (document.Length > Limits.VerdictsBytes)
        {
            throw new FormatViolationException(
                AttestationRule.Size,
                "",
                $"the verdicts have {document.Length} bytes, and {Limits.VerdictsBytes} are allowed"
            );
        }

        List<RebuildVerdict> verdicts = [];
        while (!document.IsEmpty)
        {
            int end = document.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? document : document[..end];
            document = end < 0 ? [] : document[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            if (verdicts.Count == RebuildVerdict.MostVerdicts)
            {
                throw new FormatViolationException(
                    AttestationRule.Size,
                    "",
                    $"there are more than {RebuildVerdict.MostVerdicts} verdicts"
                );
            }

            RebuildVerdict verdict = RebuildVerdict.Read(line);
            verdicts.Add(
                verdict.Package.Sha256 == package
                    ? verdict
                    : throw new FormatViolationException(
                        AttestationRule.Subject,
                        "/payload/subject",
                        $"it speaks of the file with SHA-256 {verdict.Package.Sha256}, and this package's is {package}"
                    )
            );
        }

        return Sorted(verdicts);
    }

    /// <summary>Adds verdicts to those that are there; a key's new one takes the place of its old one.</summary>
    /// <param name="present">What is there.</param>
    /// <param name="fresh">What is new.</param>
    /// <exception cref="FormatViolationException">Of the new ones a key has two that say different things, or there are too many.</exception>
    public static IReadOnlyList<RebuildVerdict> Merge(
        IReadOnlyList<RebuildVerdict> present,
        IReadOnlyList<RebuildVerdict> fresh
    )
    {
        IReadOnlyList<RebuildVerdict> known = Sorted(fresh);
        return Sorted([
            .. present.Where(old => known.All(verdict => !verdict.Rebuilder.Equals(old.Rebuilder))),
            .. known,
        ]);
    }

    /// <summary>Writes them.</summary>
    public static byte[] Write(IReadOnlyList<RebuildVerdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        ArrayBufferWriter<byte> output = new();
        foreach (RebuildVerdict verdict in verdicts)
        {
            output.Write(verdict.Envelope.Write());
        }

        return output.WrittenSpan.ToArray();
    }

    private static List<RebuildVerdict> Sorted(IReadOnlyList<RebuildVerdict> verdicts)
    {
        List<RebuildVerdict> sorted = [];
        foreach (RebuildVerdict verdict in verdicts.OrderBy(static verdict => verdict.Rebuilder.Fingerprint))
        {
            if (sorted.Count == 0 || !sorted[^1].Rebuilder.Equals(verdict.Rebuilder))
            {
                sorted.Add(verdict);
            }
            else if (sorted[^1].Outcome != verdict.Outcome)
            {
                throw new FormatViolationException(
                    AttestationRule.Rebuilder,
                    "",
                    $"{verdict.Rebuilder.Fingerprint} says two things of this package, {RebuildVerdict.Text(sorted[^1].Outcome)} and "
                        + $"{RebuildVerdict.Text(verdict.Outcome)}; remove the one that does not hold"
                );
            }
        }

        return sorted;
    }
}
