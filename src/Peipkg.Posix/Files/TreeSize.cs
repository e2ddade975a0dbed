namespace Peipkg.Posix.Files;

/// <summary>Adds up what a tree that others still write to takes.</summary>
public static class TreeSize
{
    /// <summary>
    /// The bytes of all files below a directory, each name for itself; what is missing, vanishes or may not be looked at
    /// counts nothing. Symlinks are not followed.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="most">Counting stops beyond this many bytes.</param>
    /// <param name="leastPerFile">What a file counts at least, bytes.</param>
    public static long Of(string directory, long most = long.MaxValue, long leastPerFile = 0)
    {
        long bytes = 0;
        try
        {
            using TreeWalk walk = TreeWalk.Begin(directory);
            while (bytes <= most && walk.Next())
            {
                if (walk.Step == TreeStep.Leave || walk.ListedKind == FileKind.Symlink)
                {
                    continue;
                }

                if (walk.ListedKind == FileKind.Directory)
                {
                    _ = walk.Enter();
                }
                else if (walk.Directory.TryStatus(walk.Name, out FileStatus status))
                {
                    if (status.IsDirectory)
                    {
                        _ = walk.Enter();
                    }
                    else if (status.IsRegular)
                    {
                        bytes = long.CreateSaturating((Int128)bytes + Math.Max(status.Size, leastPerFile));
                    }
                }
            }
        }
        catch (PosixIOException)
        {
            // Not there, or in the middle of being removed or moved: the next look sees what is left.
        }

        return bytes;
    }
}
