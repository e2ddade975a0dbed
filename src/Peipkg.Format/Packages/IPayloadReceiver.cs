using Peipkg.Format.Manifests;

namespace Peipkg.Format.Packages;

/// <summary>
/// Takes a package's payload while <see cref="PackageVerifier"/> reads it, in the archive's order: directories come before
/// what is in them. What comes is not verified before the reading has ended well; whoever writes it to a place that
/// matters has verified the package before, and reads it a second time for this.
/// </summary>
public interface IPayloadReceiver
{
    /// <summary>Takes a directory or a symlink.</summary>
    /// <param name="entry">Its path is safe: relative, without <c>..</c>.</param>
    void Take(PackageEntry entry);

    /// <summary>Answers where a file's content is to be written, or null when it is not wanted.</summary>
    /// <param name="file">The file, as files.json describes it.</param>
    /// <returns>A stream, disposed when the content was written and its hash found right.</returns>
    Stream? Open(FilesEntry file);
}
