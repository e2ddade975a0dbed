using Peipkg.Build.Extracting;
using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Composing;

/// <summary>
/// Unpacked packages by hash and signer. Roots share their files, so nobody may write to them: they are read-only, a sandbox
/// shows them read-only, and what was written to all the same is unpacked anew.
/// </summary>
/// <param name="directory">Made when it is needed; may be removed at any time.</param>
/// <param name="context">What the work uses of the world.</param>
internal sealed class RootCache(string directory, ToolContext context)
{
    // The earliest time that archives of any kind can say. Whatever is written to a file makes it another.
    private static readonly DateTime Sealed = new(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode Writable = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The tree of a package, which is verified before it is unpacked for the first time.</summary>
    /// <returns>A directory, to be read only.</returns>
    /// <exception cref="UserErrorException">The package cannot be had, or is not what the repository says.</exception>
    internal string Take(IndexEntry entry, ComposeSource source)
    {
        foreach (PublicKey key in source.Keys)
        {
            string known = PlaceOf(entry.Hash, key.Fingerprint);
            if (Directory.Exists(known))
            {
                if (IsWhole(known))
                {
                    return known;
                }

                context.Diagnostics.Warning($"{known} was written to, and is made anew");
                TreeRemoval.TryRemove(known);
            }
        }

        OpenedPackage package = Verify(source.GetPackage(entry), entry, source);
        string place = PlaceOf(entry.Hash, package.Content.Signer!.Fingerprint);
        Directory.CreateDirectory(directory);
        string unpacked = DurableFile.TemporarySibling(place);
        try
        {
            Directory.CreateDirectory(unpacked);
            using (DirectoryWriter writer = new(unpacked))
            {
                package.Unpack(new PayloadFiles(writer, source.Descriptor.Edition), context);
            }

            Seal(new DirectoryInfo(unpacked));
            if (!Directory.Exists(place))
            {
                Directory.Move(unpacked, place);
            }
        }
        finally
        {
            TreeRemoval.TryRemove(unpacked);
        }

        return place;
    }

    /// <summary>Gives a directory of a root or the cache the mode and the time that all of them have.</summary>
    internal static void Seal(string made)
    {
        File.SetUnixFileMode(made, Readable | Executable | UnixFileMode.UserWrite);
        Directory.SetLastWriteTimeUtc(made, Sealed);
    }

    private string PlaceOf(Sha256Digest hash, Fingerprint signer) => Path.Combine(directory, $"{hash}-{signer.Text}");

    private OpenedPackage Verify(string file, IndexEntry entry, ComposeSource source)
    {
        Edition edition = source.Descriptor.Edition;
        OpenedPackage package = OpenedPackage.Open(
            file,
            new PackageVerifyOptions
            {
                Edition = edition,
                AllowReferenceHeaders = true,
                Published = true,
                Expected = new ExpectedPackage(entry.Hash, entry.SizeCompressed, entry.SizeInstalled),
                TrustedKeys = source.Keys,
                RequireSignature = true,
            },
            context
        );
        VerifiedPackage content = package.Content;
        if (
            content.Manifest.Name != entry.Name
            || content.Manifest.Version != entry.Version
            || content.Manifest.Architecture != entry.Architecture
        )
        {
            throw new UserErrorException(
                $"{file}: it is {content.Manifest.Name} {content.Manifest.Version} {content.Manifest.Architecture}, and the index of {source} says {entry.Name} {entry.Version} {entry.Architecture}"
            );
        }

        foreach (LayoutProblem problem in PackageJudgement.Read(content, edition, allowReferenceHeaders: true))
        {
            if (problem.Severity == LayoutSeverity.Error)
            {
                throw new UserErrorException($"{file}: {problem.Message}");
            }
        }

        return package;
    }

    private static bool IsWhole(string tree)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(tree).EnumerateFileSystemInfos("*", Everything))
        {
            if (
                entry is FileInfo { LinkTarget: null } file
                && (file.LastWriteTimeUtc != Sealed || (file.UnixFileMode & Writable) != 0)
            )
            {
                return false;
            }
        }

        return true;
    }

    private static EnumerationOptions Everything { get; } =
        new() { RecurseSubdirectories = true, AttributesToSkip = 0 };

    private static void Seal(DirectoryInfo directory)
    {
        foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is DirectoryInfo inner)
            {
                Seal(inner);
            }
            else
            {
                bool runs = (entry.UnixFileMode & UnixFileMode.UserExecute) != 0;
                entry.LastWriteTimeUtc = Sealed;
                entry.UnixFileMode = runs ? Readable | Executable : Readable;
            }
        }

        Seal(directory.FullName);
    }
}
