using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Reading;

/// <summary>Reads small files that an operator names.</summary>
internal static class BoundedFile
{
    /// <summary>A file's bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most it may have.</param>
    /// <exception cref="UserErrorException">It is missing, no regular file, or larger.</exception>
    internal static byte[] Read(string path, int limit)
    {
        LinuxFile.FileIdentity? identity = LinuxFile.Identify(path, followLinks: true);
        return identity switch
        {
            null => throw new UserErrorException($"there is no file {path}"),
            { IsRegular: false } => throw new UserErrorException($"{path} is not a regular file"),
            { Size: var size } when size > limit => throw new UserErrorException(
                $"{path} has {size} bytes; at most {limit} make sense"
            ),
            _ => File.ReadAllBytes(path),
        };
    }
}
