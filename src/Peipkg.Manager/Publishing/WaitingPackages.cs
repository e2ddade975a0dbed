using Peipkg.Format.Attestations;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Storage;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>The packages in <c>publish/</c>, and what they say of themselves.</summary>
internal sealed class WaitingPackages(StateLayout layout, OutputCheck check)
{
    private readonly Dictionary<long, IReadOnlyList<IndexEntry>> _described = [];

    /// <summary>What the packages of each attempt said when they were last read.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<IndexEntry>> Described => _described;

    /// <summary>Reads those of a build that are not published.</summary>
    /// <returns>Why one cannot be published any more; null when all can.</returns>
    public string? Read(ReadyBuild build)
    {
        List<IndexEntry> entries = [];
        foreach (BuildOutput output in build.Missing)
        {
            if (Read(layout.PublishOf(build.Attempt), output, out string fault) is not { } entry)
            {
                _described.Remove(build.Attempt);
                return fault;
            }

            entries.Add(entry);
        }

        _described[build.Attempt] = entries;
        return null;
    }

    /// <summary>Forgets what the packages of other attempts said.</summary>
    public void ForgetAllBut(IReadOnlySet<long> attempts)
    {
        foreach (long attempt in _described.Keys.Where(attempt => !attempts.Contains(attempt)).ToList())
        {
            _described.Remove(attempt);
        }
    }

    /// <summary>
    /// Brings those of several builds together, with what is attested of them: what peipkg-repo is given in one directory
    /// goes out in one generation.
    /// </summary>
    /// <returns>The directory.</returns>
    /// <exception cref="IOException">The disk is full.</exception>
    public string Gather(IReadOnlyList<ReadyBuild> together)
    {
        string directory = Path.Combine(layout.Stage, "new");
        TreeRemoval.Remove(directory);
        Directory.CreateDirectory(directory);
        foreach (ReadyBuild build in together)
        {
            foreach (BuildOutput output in build.Missing)
            {
                string path = Path.Combine(layout.PublishOf(build.Attempt), output.FileName);
                string second = Path.Combine(directory, output.FileName);
                HardLink.CreateOrCopy(path, second);
                foreach (string suffix in SiblingNames.All.Where(suffix => File.Exists(path + suffix)))
                {
                    HardLink.CreateOrCopy(path + suffix, second + suffix);
                }
            }
        }

        return directory;
    }

    private IndexEntry? Read(string directory, BuildOutput output, out string fault)
    {
        string path = Path.Combine(directory, output.FileName);
        fault =
            !File.Exists(path) ? $"{output.FileName} is gone from {directory}"
            : OutputCheck.HashFile(path) != output.Sha256
                ? $"{output.FileName} in {directory} is not the file that was built"
            : "";
        if (fault.Length > 0)
        {
            return null;
        }

        IndexEntry? entry = check.Describe(path, out string problem);
        fault = $"{output.FileName} in {directory} cannot be published: {problem}";
        return entry;
    }
}
