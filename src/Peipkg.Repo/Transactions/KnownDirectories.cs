using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// Tells what is at many paths below a root, asking only once about each directory: beneath one that is not there, nothing
/// is. What lies behind a symlink does not count as being in the repository.
/// </summary>
/// <param name="root">The repository, which nobody else changes meanwhile.</param>
internal sealed class KnownDirectories(string root)
{
    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>What is at a path; null when nothing is, or no directory leads there.</summary>
    /// <param name="relativePath">With <c>/</c>, without <c>..</c>.</param>
    internal FileStatus? Identify(string relativePath) =>
        LeadsTo(relativePath) ? FileStatus.Of(Path.Combine(root, relativePath)) : null;

    private bool LeadsTo(string relativePath)
    {
        int slash = relativePath.LastIndexOf('/');
        if (slash < 0)
        {
            return true;
        }

        string directory = relativePath[..slash];
        if (!_known.TryGetValue(directory, out bool there))
        {
            there = Identify(directory) is { IsDirectory: true };
            _known.Add(directory, there);
        }

        return there;
    }
}
