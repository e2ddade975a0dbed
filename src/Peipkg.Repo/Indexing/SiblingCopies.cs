using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Posix.Files;
using Peipkg.Repo.Reading;

namespace Peipkg.Repo.Indexing;

/// <summary>Brings what lies beside a package of another repository here, unjudged.</summary>
internal static class SiblingCopies
{
    /// <summary>Copies the attestation, and where there is one, the bill of materials and the verdicts of rebuilds.</summary>
    /// <param name="source">Where the package is.</param>
    /// <param name="row">The package.</param>
    /// <param name="package">Beside which path they are written; what is there is replaced.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <exception cref="IOException">The source cannot be read, or the disk is full.</exception>
    /// <exception cref="FormatViolationException">A file is larger than allowed.</exception>
    internal static void Bring(RepositoryReader source, IndexRow row, string package, CancellationToken stop)
    {
        if (Bring(source, row, SiblingNames.Attestation, package, Limits.AttestationBytes, stop))
        {
            Bring(source, row, SiblingNames.Bill, package, Limits.BillBytes, stop);
            Bring(source, row, SiblingNames.Rebuilds, package, Limits.VerdictsBytes, stop);
        }
    }

    private static bool Bring(
        RepositoryReader source,
        IndexRow row,
        string suffix,
        string package,
        int most,
        CancellationToken stop
    )
    {
        using Stream? content = source.OpenSibling(row, suffix);
        if (content is null)
        {
            return false;
        }

        using FileStream file = new(package + suffix, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        BoundedStream bounded = new(content, most);
        byte[] piece = new byte[64 << 10];
        for (int read; (read = bounded.Read(piece)) > 0; )
        {
            stop.ThrowIfCancellationRequested();
            file.Write(piece, 0, read);
        }

        File.SetUnixFileMode(file.SafeFileHandle, DurableFile.PublicMode);
        return true;
    }
}
