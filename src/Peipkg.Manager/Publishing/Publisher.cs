using Microsoft.Extensions.Logging;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Publishes what an attempt left in <c>publish/</c>, with whatever else was held and may go out with it. Repeatable:
/// packages that are published already are left out, so a crash after peipkg-repo's commit and before ours, or a version
/// published in part, ends in the same repository.
/// </summary>
internal sealed class Publisher(
    StateLayout layout,
    RepositoryState repository,
    RepoTool tool,
    RepositoryGate gate,
    BuildStore builds,
    AttemptStore attempts,
    BuildMoves moves,
    OutputCheck check,
    PublishingHold hold,
    BreakKeeper breaks,
    TroubleStore troubles,
    bool syncs,
    TimeProvider clock,
    ILogger<Publisher> logger
)
{
    private static readonly TimeSpan HeldPause = TimeSpan.FromMinutes(1);

    // Only ever touched within the gate, and so is what was last said.
    private readonly WaitingPackages _waiting = new(layout, check);
    private string? _saidHeld;

    /// <summary>Publishes a build that is built.</summary>
    /// <returns>How many builds were published; 0 when it failed, or waits for its next try.</returns>
    /// <exception cref="OperationCanceledException">The manager is stopping at once.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task<int> PublishAsync(BuildRecord build, long attempt, CancellationToken cancellation)
    {
        IReadOnlyList<ReadyBuild> together;
        try
        {
            using (await gate.EnterAsync(cancellation))
            {
                await tool.EnsureAsync(cancellation);
                together = await TakeInAsync(build, attempt, cancellation);
            }
        }
        catch (UnpublishableException exception)
        {
            GiveUp(build, attempt, exception.Message);
            return 0;
        }
        catch (Exception exception) when (Boundary.Holds(exception) && exception is not StorageException)
        {
            string error = Boundary.Describe(exception);
            int failures = build.Trouble + 1;
            TimeSpan delay = BackoffSchedule.Infrastructure.DelayAfter(failures);
            moves.PublishFailed(build.Id, attempt, error, clock.GetUtcNow() + delay);
            PublishEvents.Failed(logger, build.Recipe, build.Version, error, failures, delay);
            return 0;
        }

        ulong generation = repository.Published().Generation;
        foreach (ReadyBuild one in together)
        {
            moves.Published(one.Build.Id, one.Attempt, (long)generation, synced: !syncs);
            PublishEvents.Complete(
                logger,
                one.Build.Recipe,
                one.Build.Version,
                [.. one.Outputs.Select(o => o.FileName)],
                generation
            );
            Clear(one.Attempt);
        }

        return together.Count;
    }

    private void GiveUp(BuildRecord build, long attempt, string why)
    {
        moves.Unpublishable(build.Id, recipeDigest: null, why);
        PublishEvents.Unpublishable(logger, build.Recipe, build.Version, why);
        Clear(attempt);
    }

    /// <summary>Removes an attempt's packages that are published, or will never be.</summary>
    public void Clear(long attempt) => Remove(layout.PublishOf(attempt));

    private void Remove(string directory)
    {
        try
        {
            TreeRemoval.Remove(directory);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            PublishEvents.CleanupFailed(logger, directory, Boundary.Describe(exception));
        }
    }

    // What is published now, and by what was asked for here or before a crash.
    private async Task<IReadOnlyList<ReadyBuild>> TakeInAsync(
        BuildRecord build,
        long attempt,
        CancellationToken cancellation
    )
    {
        PublishedPackages published = repository.Published();
        ReadyBuild first = ReadyBuild.From(build, attempt, attempts.Outputs(attempt), published);
        TellOtherBytes(first, published);
        if (first.Missing.Count == 0)
        {
            return [first];
        }

        if (Rival(first, published) is { } never)
        {
            throw new UnpublishableException(never);
        }

        if (IsHeldUp(first))
        {
            return [];
        }

        List<ReadyBuild> ready = [first, .. Others(build.Id, published)];
        HashSet<long> looked = [];
        while (true)
        {
            // What was looked at before is looked at again only when it is about to be published.
            if (!ready.Contains(first) || !Look(first, again: build.State == BuildState.Publishing, looked))
            {
                return [];
            }

            ready.RemoveAll(one => !Look(one, again: false, looked));
            GenerationChoice choice = breaks.Choose(published, ready, _waiting.Described);
            ReadyBuild[] together = [.. ready.Where(one => choice.Together.Any(chosen => chosen.Id == one.Build.Id))];
            if (ready.RemoveAll(one => together.Contains(one) && !Look(one, again: true, looked)) > 0)
            {
                continue;
            }

            if (together.Any(one => one.Missing.Count > 0))
            {
                try
                {
                    await PublishAsync(together, cancellation);
                }
                catch (RefusedException exception)
                {
                    if (WhyRefused(first, exception) is { Length: > 0 } why)
                    {
                        throw new UnpublishableException(why);
                    }

                    if (ready.RemoveAll(one => together.Contains(one) && GiveUpIfRefused(one, exception)) > 0)
                    {
                        continue;
                    }

                    throw;
                }
            }

            breaks.Keep(choice, [.. ready.Where(one => one == first || one.Build.State == BuildState.Held)]);
            return together;
        }
    }

    private bool GiveUpIfRefused(ReadyBuild build, RefusedException refused)
    {
        string why = WhyRefused(build, refused);
        if (why.Length > 0)
        {
            GiveUp(build.Build, build.Attempt, why);
        }

        return why.Length > 0;
    }

    private static string WhyRefused(ReadyBuild build, RefusedException refused) =>
        string.Join(
            "; ",
            build.Missing.SelectMany(output =>
                refused.Reasons[output.FileName].Select(reason => $"{output.FileName}: {reason}")
            )
        );

    private IEnumerable<ReadyBuild> Others(long build, PublishedPackages published)
    {
        HashSet<long> known = [];
        foreach (BuildRecord other in builds.Built().Where(other => other.AttemptId is not null))
        {
            known.Add(other.AttemptId!.Value);
            if (other.Id == build)
            {
                continue;
            }

            IReadOnlyList<BuildOutput> outputs = attempts.Outputs(other.AttemptId.Value);
            ReadyBuild ready = ReadyBuild.From(other, other.AttemptId.Value, outputs, published);

            // What nobody wants any more, or the repository never takes, ends at its own look.
            if (breaks.IsWanted(other, outputs) && Rival(ready, published) is null)
            {
                yield return ready;
            }
        }

        _waiting.ForgetAllBut(known);
    }

    private void TellOtherBytes(ReadyBuild build, PublishedPackages published)
    {
        foreach (BuildOutput output in build.Outputs)
        {
            if (ReadyBuild.Find(published, output) is { } present && present.Hash.ToString() != output.Sha256)
            {
                PublishEvents.OtherBytes(logger, build.Build.Recipe, output.FileName);
                troubles.Keep(
                    "rebuild:" + output.FileName,
                    TroubleSeverity.Warning,
                    $"{output.FileName} was built again with other bytes than those that are published; the published ones stay"
                );
            }
        }
    }

    // Why the repository can never take a build's packages; null when it can.
    private static string? Rival(ReadyBuild build, PublishedPackages published)
    {
        foreach (BuildOutput output in build.Missing)
        {
            (PackageName name, PackageVersion version, Architecture architecture) = ReadyBuild.Identity(output);
            if (published.Rival(name, version, architecture) is { } rival)
            {
                return RivalPackage.Describe(name, version, architecture, rival) + RivalPackage.OfAnotherRecipe;
            }
        }

        return null;
    }

    // Before the packages are read: what is held up is looked at every minute.
    private bool IsHeldUp(ReadyBuild build)
    {
        string directory = layout.PublishOf(build.Attempt);
        HeldPublishing? held = hold.Find(() =>
            OutputCheck.NewestBuild(build.Missing.Select(output => Path.Combine(directory, output.FileName)))
        );
        if (held is not null)
        {
            moves.PublishWaits(build.Build.Id, held.Reason, clock.GetUtcNow() + HeldPause);
            if (_saidHeld != held.Key)
            {
                PublishEvents.Held(logger, build.Build.Recipe, build.Build.Version, held.Reason);
            }
        }

        _saidHeld = held?.Key;
        return held is not null;
    }

    // Reads the packages, which may be gone, or signed by a key that the farm had before; then they are built again.
    private bool Look(ReadyBuild build, bool again, HashSet<long> looked)
    {
        if (looked.Contains(build.Attempt) || (!again && _waiting.Described.ContainsKey(build.Attempt)))
        {
            return true;
        }

        if (_waiting.Read(build) is { } fault)
        {
            PublishEvents.Lost(logger, build.Build.Recipe, build.Build.Version, fault);
            moves.Rebuild(build.Build.Id, build.Attempt, fault);
            Clear(build.Attempt);
            return false;
        }

        looked.Add(build.Attempt);
        return true;
    }

    private async Task PublishAsync(IReadOnlyList<ReadyBuild> together, CancellationToken cancellation)
    {
        string directory = _waiting.Gather(together);
        await tool.PublishAsync(directory, cancellation);
        Remove(directory);
        PublishedPackages published = repository.Published();
        string[] absent =
        [
            .. together
                .SelectMany(build => build.Missing)
                .Where(output => ReadyBuild.Find(published, output) is null)
                .Select(output => output.FileName),
        ];
        if (absent.Length > 0)
        {
            throw new PublishException(
                $"peipkg-repo succeeded, but the archive index does not name {string.Join(", ", absent)}"
            );
        }
    }
}

/// <summary>The repository can never take what was built; the message says why and what to do.</summary>
internal sealed class UnpublishableException(string message) : Exception(message);
