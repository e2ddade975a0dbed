using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;

namespace Peipkg.CommandLine.Host;

/// <summary>Reads small files that an operator names.</summary>
public static class BoundedFile
{
    /// <summary>A file's bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most it may have.</param>
    /// <exception cref="UserErrorException">It is missing, no regular file, or larger.</exception>
    public static byte[] Read(string path, int limit)
    {
        try
        {
            using Stream file = ForeignFile.OpenStream(path);
            if (file.Length > limit)
            {
                throw new UserErrorException($"{path} has {file.Length} bytes; at most {limit} make sense");
            }

            using MemoryStream content = new((int)file.Length);
            file.CopyTo(content);
            return content.ToArray();
        }
        catch (FileNotFoundException exception)
        {
            throw new UserErrorException(exception.Message, exception);
        }
        catch (PosixIOException exception) when (exception.Error is Errno.InvalidArgument or Errno.IsDirectory)
        {
            throw new UserErrorException($"{path} is not a regular file", exception);
        }
    }
}
