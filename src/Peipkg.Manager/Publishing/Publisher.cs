using Microsoft.Extensions.Logging;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Publishes what an attempt left in <c>publish/</c>. Repeatable: packages that are published already are left out, so
/// a crash after peipkg-repo's commit and before ours, or a version published in part, ends in the same repository.
/// </summary>
internal sealed class Publisher(
    StateLayout layout,
    RepositoryState repository,
    RepoTool tool,
    RepositoryGate gate,
    AttemptStore attempts,
    BuildMoves moves,
    OutputCheck check,
    PublishingHold hold,
    TroubleStore troubles,
    bool syncs,
    TimeProvider clock,
    ILogger<Publisher> logger
)
{
    private static readonly TimeSpan HeldPause = TimeSpan.FromMinutes(1);

    // What was last said; only ever touched within the gate.
    private string? _saidHeld;

    /// <summary>Publishes a build in state publishing.</summary>
    /// <returns>False when it failed, or waits for its next try.</returns>
    /// <exception cref="OperationCanceledException">The manager is stopping at once.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task<bool> PublishAsync(BuildRecord build, long attempt, CancellationToken cancellation)
    {
        IReadOnlyList<BuildOutput> outputs = attempts.Outputs(attempt);
        try
        {
            using (await gate.EnterAsync(cancellation))
            {
                await tool.EnsureAsync(cancellation);
                if (!await TakeInAsync(build, attempt, outputs, cancellation))
                {
                    return false;
                }
            }
        }
        catch (UnpublishableException exception)
        {
            moves.Unpublishable(build.Id, recipeDigest: null, exception.Message);
            PublishEvents.Unpublishable(logger, build.Recipe, build.Version, exception.Message);
            Clear(attempt);
            return false;
        }
        catch (Exception exception) when (Boundary.Holds(exception) && exception is not StorageException)
        {
            string error = Boundary.Describe(exception);
            int failures = build.Trouble + 1;
            TimeSpan delay = BackoffSchedule.Infrastructure.DelayAfter(failures);
            moves.PublishFailed(build.Id, attempt, error, clock.GetUtcNow() + delay);
            PublishEvents.Failed(logger, build.Recipe, build.Version, error, failures, delay);
            return false;
        }

        ulong generation = repository.Published().Generation;
        moves.Published(build.Id, attempt, (long)generation, synced: !syncs);
        PublishEvents.Complete(logger, build.Recipe, build.Version, [.. outputs.Select(o => o.FileName)], generation);
        Clear(attempt);
        return true;
    }

    /// <summary>Removes an attempt's packages that are published, or will never be.</summary>
    public void Clear(long attempt)
    {
        string directory = layout.PublishOf(attempt);
        try
        {
            TreeRemoval.Remove(directory);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            PublishEvents.CleanupFailed(logger, directory, Boundary.Describe(exception));
        }
    }

    private async Task<bool> TakeInAsync(
        BuildRecord build,
        long attempt,
        IReadOnlyList<BuildOutput> outputs,
        CancellationToken cancellation
    )
    {
        string directory = layout.PublishOf(attempt);
        List<BuildOutput> missing = [];
        PublishedPackages published = repository.Published();
        foreach (BuildOutput output in outputs)
        {
            PublishedVersion? present = Find(published, output);
            if (present is null)
            {
                missing.Add(output);
            }
            else if (present.Hash.ToString() != output.Sha256)
            {
                PublishEvents.OtherBytes(logger, build.Recipe, output.FileName);
                troubles.Keep(
                    "rebuild:" + output.FileName,
                    TroubleSeverity.Warning,
                    $"{output.FileName} was built again with other bytes than those that are published; the published ones stay"
                );
            }
        }

        if (missing.Count == 0)
        {
            return true;
        }

        foreach (BuildOutput output in missing)
        {
            (PackageName name, PackageVersion version, Architecture architecture) = Identity(output);
            if (published.Rival(name, version, architecture) is { } rival)
            {
                throw new UnpublishableException(
                    RivalPackage.Describe(name, version, architecture, rival) + RivalPackage.OfAnotherRecipe
                );
            }
        }

        // Before the packages are read: what is held up is looked at every minute.
        if (
            hold.Find(() =>
                OutputCheck.NewestBuild(missing.Select(output => Path.Combine(directory, output.FileName)))
            ) is
            { } held
        )
        {
            moves.PublishWaits(build.Id, held.Reason, clock.GetUtcNow() + HeldPause);
            if (_saidHeld != held.Key)
            {
                _saidHeld = held.Key;
                PublishEvents.Held(logger, build.Recipe, build.Version, held.Reason);
            }

            return false;
        }

        _saidHeld = null;
        string? lost = missing.Select(output => Fault(directory, output)).FirstOrDefault(fault => fault is not null);
        if (lost is not null)
        {
            PublishEvents.Lost(logger, build.Recipe, build.Version, lost);
            moves.Rebuild(build.Id, attempt, lost);
            Clear(attempt);
            return false;
        }

        foreach (BuildOutput output in outputs.Except(missing))
        {
            File.Delete(Path.Combine(directory, output.FileName));
        }

        await tool.PublishAsync(directory, cancellation);
        published = repository.Published();
        string[] absent =
        [
            .. missing.Where(output => Find(published, output) is null).Select(output => output.FileName),
        ];
        return absent.Length == 0
            ? true
            : throw new PublishException(
                $"peipkg-repo succeeded, but the archive index does not name {string.Join(", ", absent)}"
            );
    }

    private static PublishedVersion? Find(PublishedPackages published, BuildOutput output)
    {
        (PackageName name, PackageVersion version, Architecture architecture) = Identity(output);
        return published.Find(name, version, architecture);
    }

    private static (PackageName Name, PackageVersion Version, Architecture Architecture) Identity(BuildOutput output) =>
        PackageFileName.TryParse(
            output.FileName,
            out PackageName name,
            out PackageVersion version,
            out Architecture architecture,
            out string? error
        )
            ? (name, version, architecture)
            : throw new PublishException($"{output.FileName}: {error}");

    // The farm's key may have been replaced since the build; what the old one signed would be refused for ever.
    private string? Fault(string directory, BuildOutput output)
    {
        string path = Path.Combine(directory, output.FileName);
        return !File.Exists(path) ? $"{output.FileName} is gone from {directory}"
            : OutputCheck.HashFile(path) != output.Sha256
                ? $"{output.FileName} in {directory} is not the file that was built"
            : check.WhyUnusable(path) is { } reason ? $"{output.FileName} in {directory} cannot be published: {reason}"
            : null;
    }
}

/// <summary>The repository can never take what was built; the message says why and what to do.</summary>
internal sealed class UnpublishableException(string message) : Exception(message);
