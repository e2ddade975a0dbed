using Peipkg.Format.IO;

namespace Peipkg.Repo.State;

/// <summary>
/// The directories below a root that packages need: made when missing, opened to readers, remembered so that they can be
/// flushed, and removed again when a run is undone.
/// </summary>
internal sealed class DirectoryTree(string root)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>The absolute path of a file below the root, whose directories exist from now on.</summary>
    /// <param name="relativePath">With <c>/</c>, without <c>..</c>.</param>
    internal string Prepare(string relativePath)
    {
        string path = Path.Combine(root, relativePath);
        string directory = Path.GetDirectoryName(path)!;
        Make(directory);
        _changed.Add(directory);
        return path;
    }

    /// <summary>Makes the entries of every directory that got some durable.</summary>
    internal void Flush()
    {
        foreach (string directory in _changed)
        {
            DurableFile.SyncDirectory(directory);
        }
    }

    /// <summary>Removes a file and the directories above it that are empty without it, up to the root.</summary>
    internal static void RemoveFile(string root, string relativePath)
    {
        string path = Path.Combine(root, relativePath);
        File.Delete(path);
        for (string? directory = Path.GetDirectoryName(path);
            directory is not null && directory.Length > root.Length;
            directory = Path.GetDirectoryName(directory))
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Something else is in it.
                return;
            }
        }
    }

    private void Make(string directory)
    {
        if (!_known.Add(directory) || Directory.Exists(directory))
        {
            return;
        }

        string parent = Path.GetDirectoryName(directory)!;
        Make(parent);
        Directory.CreateDirectory(directory);
        PublicMode.Allow(directory);
        _changed.Add(parent);
    }
}
