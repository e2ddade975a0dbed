using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>What every command asks before it changes a repository, and what it clears away first.</summary>
internal static class WriterChecks
{
    /// <summary>Locks a repository, with a word about a holder that died.</summary>
    /// <exception cref="UserErrorException">Another process is at work in it, or it is a mirror.</exception>
    internal static RepositoryLock Lock(string root, OperationContext context)
    {
        if (File.Exists(Path.Combine(root, RepositoryLayout.MirrorMark)))
        {
            throw new UserErrorException(
                $"{root} is a mirror of another repository, so nothing but \"peipkg-repo mirror\" changes it; to make it a repository "
                    + $"of its own, remove {RepositoryLayout.MirrorMark} in it"
            );
        }

        return LockMirror(root, context);
    }

    /// <summary>The same for a directory that may be a mirror.</summary>
    internal static RepositoryLock LockMirror(string root, OperationContext context)
    {
        RepositoryLock held = RepositoryLock.Acquire(root, context.Clock);
        if (held.DeadHolder is { } dead)
        {
            context.Diagnostics.Note($"a run ({dead}) ended before it was done; this one cleans up after it");
        }

        return held;
    }

    /// <summary>Refuses a key whose signatures consumers would reject.</summary>
    /// <param name="state">The repository.</param>
    /// <param name="signer">The key.</param>
    /// <param name="keyFile">Its private key's file.</param>
    internal static void RefuseKey(PublishedState state, Fingerprint signer, string keyFile)
    {
        if (state.Keys.StatusOf(signer) is KeyStatus.Active)
        {
            if (state.Keys.Find(signer) is null)
            {
                throw new UserErrorException(
                    $"{keyFile}: repo.json lists this key, but {RepositoryLayout.KeyPath(signer)} in the repository does not "
                        + "hold it, so that nobody could verify what it signs; put its public key there first "
                        + $"(openssl pkey -in {keyFile} -pubout)"
                );
            }

            return;
        }

        string active = string.Join(
            "\n  ",
            state
                .Descriptor.Keys.Where(static key => key.Status == KeyStatus.Active)
                .Select(static key => key.Fingerprint.Grouped)
        );
        string reason = state.Keys.StatusOf(signer) switch
        {
            KeyStatus.Transitioning => "is in transition and signs nothing new",
            KeyStatus.Revoked => "is revoked",
            _ => "is not listed in repo.json",
        };
        throw new UserErrorException(
            $"{keyFile}: the key {signer.Grouped} {reason}, so consumers would reject what it signs; the active keys are\n  {active}"
        );
    }

    /// <summary>Refuses a generation that goes back in time; warns of one from the future.</summary>
    internal static void RefuseTime(PublishedState state, Timestamp at, OperationContext context)
    {
        if (state.GeneratedAt is { } previous && at.CompareTo(previous) < 0)
        {
            throw new UserErrorException(
                $"--timestamp {at} is earlier than {previous}, the time of the present indexes; consumers reject "
                    + "indexes that go back in time, so give a later one"
            );
        }

        DateTimeOffset now = context.Clock.GetUtcNow();
        if (at.UnixSeconds > (now + RepoLimits.ClockTolerance).ToUnixTimeSeconds())
        {
            context.Diagnostics.Warning(
                $"--timestamp {at} lies in the future; nothing can be published with an earlier one afterwards"
            );
        }
    }

    /// <summary>
    /// Refuses a publication that is dated more than a day after the last one and after the newest build: a clock that
    /// jumped ahead would date the repository for good, and hide from consumers that news is withheld.
    /// </summary>
    internal static void RefuseLeap(PublishedState state, Timestamp at, IReadOnlyList<NewPackage> packages)
    {
        if (state.GeneratedAt is not { } last)
        {
            return;
        }

        long newest = packages.Max(static package => package.Row.Entry.Build?.Timestamp.UnixSeconds) ?? 0;
        if (at.UnixSeconds - Math.Max(last.UnixSeconds, newest) > RepoLimits.ClockTolerance.TotalSeconds)
        {
            string build = newest == 0 ? "" : $", and the newest build is of {Timestamp.FromUnixSeconds(newest)}";
            throw new UserErrorException(
                $"--timestamp {at} is more than a day after the last publication, which is of {last}{build}; nothing can be "
                    + "published with an earlier one afterwards, so make sure that the clock is right and give --allow-future"
            );
        }
    }

    /// <summary>
    /// When keys must count for a generation: consumers judge it by their clocks, which show at least what ours does, and
    /// a time that lies ahead of that will be theirs before they see another.
    /// </summary>
    internal static Timestamp JudgedAt(Timestamp at, TimeProvider clock) =>
        Timestamp.FromUnixSeconds(
            Math.Clamp(clock.GetUtcNow().ToUnixTimeSeconds(), at.UnixSeconds, Timestamp.MaxValue.UnixSeconds)
        );

    /// <summary>The index_version of the next generation.</summary>
    internal static ulong NextVersion(PublishedState state, Timestamp at, Diagnostics diagnostics)
    {
        if (state.IndexVersion is not { } previous)
        {
            // Counting from 1 again would strand every consumer; seconds since 1970 are ahead of any count of publications.
            ulong version = (ulong)Math.Max(1, at.UnixSeconds);
            diagnostics.Warning(
                $"no index_version of the old indexes can be read; the new indexes get {version}, the seconds of --timestamp, "
                    + "which is above whatever consumers have seen"
            );
            return version;
        }

        return previous < ulong.MaxValue
            ? previous + 1
            : throw new UserErrorException(
                $"index_version is {previous}, the highest there is; consumers of this repository can accept no further one"
            );
    }

    /// <summary>Completes or takes back what a killed run left half done, and removes the generation before the present one.</summary>
    /// <param name="state">The repository as consumers see it.</param>
    /// <param name="mayRemovePackages">False in a rebuild: nobody knows for certain what is published.</param>
    /// <param name="diagnostics">Told of what was removed.</param>
    internal static void RemoveLeftovers(PublishedState state, bool mayRemovePackages, Diagnostics diagnostics)
    {
        HashSet<string>? published = null;
        int removed = StagingDirectory.RemoveAbandoned(
            state.Root,
            state.IndexVersion,
            path =>
                !mayRemovePackages
                || (published ??= [.. state.Archive.Select(static row => row.Place).OfType<string>()]).Contains(path)
        );
        if (removed > 0)
        {
            diagnostics.Note($"removed {removed} leftovers of a run that ended before it was done");
        }
    }

    /// <summary>Says what is left to tidy after a generation is in place.</summary>
    /// <param name="reason">Null when nothing is.</param>
    /// <param name="diagnostics">Told of it.</param>
    internal static void ReportUntidy(string? reason, Diagnostics diagnostics)
    {
        if (reason is not null)
        {
            diagnostics.Warning(
                $"the new generation is in place, but what was left to do failed: {reason}; the next run does that"
            );
        }
    }
}
