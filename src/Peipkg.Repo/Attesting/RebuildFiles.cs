using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Attesting;

/// <summary>Reads verdicts of rebuilds from files.</summary>
internal static class RebuildFiles
{
    /// <summary>The verdicts beside a published package; none where there are none, or they are damaged.</summary>
    /// <param name="package">The package's file.</param>
    /// <param name="hash">The digest of its bytes.</param>
    internal static IReadOnlyList<RebuildVerdict> Published(string package, Sha256Digest hash)
    {
        string file = package + SiblingNames.Rebuilds;
        try
        {
            return FileStatus.Of(file) is { IsRegular: true, Size: <= Limits.VerdictsBytes }
                ? RebuildVerdicts.Read(File.ReadAllBytes(file), hash)
                : [];
        }
        catch (FormatViolationException)
        {
            return [];
        }
    }

    /// <summary>Reads a file of one verdict or several, all on one package.</summary>
    /// <param name="file">The file, named after the package.</param>
    /// <exception cref="SiblingException">It is not what its name says.</exception>
    internal static IReadOnlyList<RebuildVerdict> Read(string file)
    {
        if (FileStatus.Of(file) is not { IsRegular: true } status)
        {
            throw new SiblingException(file, AttestationRule.Type, "it is no regular file");
        }

        if (status.Size > Limits.VerdictsBytes)
        {
            throw new SiblingException(
                file,
                AttestationRule.Size,
                $"it has {status.Size} bytes, and {Limits.VerdictsBytes} are allowed"
            );
        }

        byte[] content = File.ReadAllBytes(file);
        try
        {
            int end = content.AsSpan().IndexOf((byte)'\n');
            RebuildVerdict first = RebuildVerdict.Read(end < 0 ? content : content.AsSpan(0, end));
            string? named = SiblingNames.PackageOfVerdict(Path.GetFileName(file));
            return named == first.Package.Name
                ? RebuildVerdicts.Read(content, first.Package.Sha256)
                : throw new SiblingException(
                    file,
                    AttestationRule.Subject,
                    $"it is named after {named}, and speaks of {first.Package.Name}"
                );
        }
        catch (FormatViolationException exception)
        {
            throw new SiblingException(
                file,
                exception.Rule,
                exception.Place.Length > 0 ? $"{exception.Place}: {exception.Detail}" : exception.Detail
            );
        }
    }
}
