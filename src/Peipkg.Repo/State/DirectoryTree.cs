using System.Collections.Concurrent;
using Peipkg.Format.IO;

namespace Peipkg.Repo.State;

/// <summary>
/// The directories below a root that packages need: made when missing, opened to readers, remembered so that they can be
/// flushed. Several threads may prepare files at once.
/// </summary>
internal sealed class DirectoryTree(string root)
{
    // Whoever finds a directory that another thread is just making waits for it.
    private readonly ConcurrentDictionary<string, Lazy<bool>> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _changed = new(StringComparer.Ordinal);

    /// <summary>The absolute path of a file below the root, whose directories exist from now on.</summary>
    /// <param name="relativePath">With <c>/</c>, without <c>..</c>.</param>
    internal string Prepare(string relativePath)
    {
        string path = Path.Combine(root, relativePath);
        string directory = Path.GetDirectoryName(path)!;
        Make(directory);
        _changed[directory] = true;
        return path;
    }

    /// <summary>Makes the entries of every directory that got some durable.</summary>
    internal void Flush()
    {
        foreach (string directory in _changed.Keys)
        {
            DurableFile.SyncDirectory(directory);
        }
    }

    /// <summary>Removes a file and the directories above it that are empty without it, up to the root.</summary>
    /// <returns>Whether the file was there.</returns>
    internal static bool RemoveFile(string root, string relativePath)
    {
        string path = Path.Combine(root, relativePath);
        bool present = File.Exists(path);
        if (present)
        {
            File.Delete(path);
        }

        for (string? directory = Path.GetDirectoryName(path);
            directory is not null && directory.Length > root.Length;
            directory = Path.GetDirectoryName(directory))
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (DirectoryNotFoundException)
            {
                // The run did not get so far; those above it may be there.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Something else is in it.
                break;
            }
        }

        return present;
    }

    private void Make(string directory)
        => _ = _known.GetOrAdd(directory, missing => new Lazy<bool>(() => MakeOne(missing))).Value;

    private bool MakeOne(string directory)
    {
        if (!Directory.Exists(directory))
        {
            string parent = Path.GetDirectoryName(directory)!;
            Make(parent);
            Directory.CreateDirectory(directory);
            PublicMode.Allow(directory);
            _changed[parent] = true;
        }

        return true;
    }
}
