using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Publishing;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// One generation as it is to be brought out: a directory of the target's own, in which packages are hard links and
/// documents copies. So a slow upload neither holds up a publish nor ever sees one half done.
/// </summary>
/// <param name="Directory">Holds what goes out, and nothing else but names with a leading dot.</param>
/// <param name="Fingerprint">Identifies the generation, see <see cref="RepositoryState.Fingerprint"/>.</param>
/// <param name="Generation">Its index_version.</param>
/// <param name="GeneratedAt">Its generated_at.</param>
/// <param name="Signer">The fingerprint of the key that signed its indexes.</param>
/// <param name="Edition">The edition of its packages.</param>
/// <param name="Keys">The keys its descriptor lists.</param>
internal sealed record SyncSource(
    string Directory,
    string Fingerprint,
    ulong Generation,
    Timestamp GeneratedAt,
    string Signer,
    Edition Edition,
    IReadOnlyList<DescriptorKey> Keys
)
{
    /// <summary>A name for the generation: it sorts by age, and a generation re-signed has another.</summary>
    public string Id =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Generation:D8}-{Fingerprint[..12]}");

    /// <summary>
    /// Whether the descriptor must go before the indexes. Usually it goes last. But when the indexes out there are
    /// signed by another key than ours and our descriptor still takes that one, then it is the new descriptor that fits
    /// both the old and the new indexes, while the old descriptor may not know the new key (§6.1.4, §6.5.4).
    /// </summary>
    /// <param name="signerOutThere">The key that signed the indexes at the target; empty when nothing is there.</param>
    public bool DescriptorFirst(string signerOutThere) =>
        signerOutThere.Length > 0
        && signerOutThere != Signer
        && Keys.Any(key =>
            key.Fingerprint.Text == signerOutThere && key.Status is KeyStatus.Active or KeyStatus.Transitioning
        );

    /// <summary>Takes a picture of the repository. To be called while nothing is published.</summary>
    /// <exception cref="IOException">The disk is full, or a file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    /// <exception cref="Format.FormatViolationException">The descriptor or a signature cannot be read.</exception>
    public static SyncSource Take(RepositoryState repository, string directory)
    {
        TreeRemoval.Remove(directory);
        System.IO.Directory.CreateDirectory(directory);
        Picture(
            new DirectoryInfo(repository.Directory),
            directory,
            repository.Directory,
            Path.Combine(repository.Directory, RepositoryLayout.PackageDirectory)
        );
        return Describe(repository, directory);
    }

    /// <summary>Likewise, of a directory that holds packages alone.</summary>
    public static SyncSource TakePackages(RepositoryState repository, string packages, string directory)
    {
        TreeRemoval.Remove(directory);
        System.IO.Directory.CreateDirectory(directory);
        if (System.IO.Directory.Exists(packages))
        {
            Picture(new DirectoryInfo(packages), directory, packages, packages);
        }

        return Describe(repository, directory);
    }

    private static SyncSource Describe(RepositoryState repository, string directory)
    {
        PublishedPackages published = repository.Published();
        Descriptor descriptor =
            repository.Descriptor()
            ?? throw new FileNotFoundException($"{repository.Directory} holds no {RepositoryLayout.Descriptor}");
        string signature = Path.Combine(repository.Directory, RepositoryLayout.ActiveSignature);
        string signer = File.Exists(signature)
            ? SignatureEnvelope.Read(File.ReadAllBytes(signature)).KeyFingerprint.Text
            : "";
        return new SyncSource(
            directory,
            repository.Fingerprint(),
            published.Generation,
            published.GeneratedAt,
            signer,
            descriptor.Edition,
            descriptor.Keys
        );
    }

    // Names with a leading dot are peipkg-repo's own and temporary files. Documents are links to those where a
    // publication was cut; a link that leads anywhere else is nobody's business out there.
    private static void Picture(DirectoryInfo from, string to, string root, string immutable)
    {
        foreach (FileSystemInfo entry in from.EnumerateFileSystemInfos().Where(e => !e.Name.StartsWith('.')))
        {
            FileSystemInfo real = entry;
            if (entry.LinkTarget is not null)
            {
                if (
                    entry.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } end
                    || !end.FullName.StartsWith(root + "/", StringComparison.Ordinal)
                )
                {
                    continue;
                }

                real = end;
            }

            string target = Path.Combine(to, entry.Name);
            if (real is DirectoryInfo inner)
            {
                System.IO.Directory.CreateDirectory(target);
                Picture(inner, target, root, immutable);
            }
            else if (
                !real.FullName.StartsWith(immutable + "/", StringComparison.Ordinal)
                || !HardLink.TryCreate(real.FullName, target)
            )
            {
                File.Copy(real.FullName, target);
            }
        }
    }
}
