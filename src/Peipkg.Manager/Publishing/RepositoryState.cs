using System.Text;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Reads what the local repository holds. The archive index is parsed again only when the file changed: farms have
/// indexes of many megabytes and hundreds of recipes that ask.
/// </summary>
internal sealed class RepositoryState(string directory)
{
    private readonly Lock _gate = new();
    private (DateTime Written, long Length)? _stamp;
    private ((DateTime Written, long Length) Stamp, Descriptor Descriptor)? _descriptor;
    private PublishedPackages _published = PublishedPackages.None;

    public string Directory { get; } = directory;

    private string DescriptorFile => Path.Combine(Directory, RepositoryLayout.Descriptor);

    private string Archive => Path.Combine(Directory, RepositoryLayout.ArchiveIndex);

    /// <summary>True once <c>peipkg-repo init</c> has made it.</summary>
    public bool Exists => File.Exists(DescriptorFile);

    /// <summary>Whether a peipkg-repo is changing it now: the farm's own, or one that an operator runs.</summary>
    /// <exception cref="IOException">The lock file is not one.</exception>
    public bool IsBeingChanged
    {
        get
        {
            using FileLock? left = FileLock.TryTake(
                Path.Combine(Directory, RepositoryLayout.LockFile),
                create: false,
                out string? holder
            );
            return holder is not null;
        }
    }

    /// <summary>The edition of its packages.</summary>
    /// <exception cref="FormatViolationException">The descriptor is not one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Edition Edition => Descriptor()?.Edition ?? Edition.Default;

    /// <summary>What is published now.</summary>
    /// <exception cref="FormatViolationException">The archive index is not one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public PublishedPackages Published()
    {
        lock (_gate)
        {
            FileInfo file = new(Archive);
            if (!file.Exists)
            {
                _stamp = null;
                if (Exists)
                {
                    throw new FileNotFoundException(
                        $"the repository has no {Archive}; restore it, or rebuild it with peipkg-repo publish --rebuild",
                        Archive
                    );
                }

                return _published = PublishedPackages.None;
            }

            (DateTime, long) stamp = (file.LastWriteTimeUtc, file.Length);
            if (_stamp != stamp)
            {
                _published = Read(File.ReadAllBytes(Archive));
                _stamp = stamp;
            }

            return _published;
        }
    }

    /// <summary>What the repository says of itself; null when there is none.</summary>
    /// <exception cref="FormatViolationException">It is not a descriptor.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Descriptor? Descriptor()
    {
        lock (_gate)
        {
            FileInfo file = new(DescriptorFile);
            if (!file.Exists)
            {
                return null;
            }

            (DateTime, long) stamp = (file.LastWriteTimeUtc, file.Length);
            if (_descriptor is not { } read || read.Stamp != stamp)
            {
                _descriptor = read = (stamp, DescriptorDocument.Read(File.ReadAllBytes(file.FullName)));
            }

            return read.Descriptor;
        }
    }

    private PublishedPackages Read(byte[] archive)
    {
        try
        {
            return PublishedPackages.From(IndexDocument.Read(archive, Edition));
        }
        catch (Exception exception) when (Boundary.IsUnforeseen(exception))
        {
            throw new IOException($"{Archive} cannot be read: {Boundary.Describe(exception)}", exception);
        }
    }

    /// <summary>Forgets what was read, after a publish.</summary>
    public void Invalidate()
    {
        lock (_gate)
        {
            _stamp = null;
        }
    }

    /// <summary>
    /// Identifies the generation on disk: a digest over the descriptor and the signatures, which cover everything
    /// else. Changes with a rotated key too, although index_version stays.
    /// </summary>
    public string Fingerprint()
    {
        using Sha256Hasher hash = new();
        foreach (string name in RepositoryLayout.GenerationFiles)
        {
            string path = Path.Combine(Directory, name);
            hash.Append(Encoding.UTF8.GetBytes(name + "\0"));
            hash.Append(File.Exists(path) ? Sha256Digest.Of(File.ReadAllBytes(path)).ToArray() : []);
        }

        return hash.Finish().ToString();
    }
}
