using System.Globalization;
using Microsoft.Extensions.Logging;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Watching;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Does what operators ask: in the running manager for those who come over the control socket, and in the command
/// itself, on the database, while none runs. The dashboard's buttons ask it too. What is done is logged with who did it.
/// </summary>
/// <param name="stores">The farm's memory.</param>
/// <param name="roster">The current recipes.</param>
/// <param name="live">The running manager; null when none runs.</param>
/// <param name="logger">Hears of all that is done; null where nobody listens.</param>
internal sealed class OperatorDesk(
    FarmStores stores,
    Func<RecipeRoster> roster,
    LiveFarm? live,
    ILogger<OperatorDesk>? logger = null
)
{
    private readonly StatusReport _status = new(stores, roster, live);
    private readonly Housekeeping _housekeeping = new(stores);
    private readonly TrialDesk _trials = new(stores, live);

    /// <summary>Answers a request; what is wrong with it, or with the farm, is in the answer.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="by">Who asks, for the history and the log; null where that is not known.</param>
    public OperatorReply Answer(OperatorRequest request, string? by = null)
    {
        OperatorReply reply;
        try
        {
            reply = Do(request, by);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            reply = new OperatorReply { Error = Boundary.Describe(exception) };
        }

        if (logger is not null && OperatorCommand.Acts(request.Command))
        {
            string? about = request.Recipe is { } recipe
                ? recipe + (request.Version is null ? "" : "@" + request.Version)
                : request.Trouble
                    ?? request.Pool
                    ?? request.Source
                    ?? request.Trial?.ToString(CultureInfo.InvariantCulture);
            OperatorEvents.Acted(
                logger,
                request.Command,
                about,
                by,
                reply.Action?.Message ?? reply.Trial?.Name(),
                reply.Error
            );
        }

        return reply;
    }

    private OperatorReply Do(OperatorRequest request, string? by) =>
        request.Command switch
        {
            OperatorCommand.Status => new OperatorReply { Status = _status.Collect() },
            OperatorCommand.Recipes => new OperatorReply { Recipes = FarmQueries.Recipes(stores, roster()) },
            OperatorCommand.History => new OperatorReply { History = History(request) },
            OperatorCommand.Attempt => new OperatorReply
            {
                Attempt = FarmQueries.Attempt(stores, request.Attempt, request.Recipe, Version(request)),
            },
            OperatorCommand.Why => new OperatorReply
            {
                Why = WhyQuery.Ask(stores, roster(), Recipe(request), request.Version, live),
            },
            OperatorCommand.Build => new OperatorReply { Action = Build(Recipe(request), request.Tag, by) },
            OperatorCommand.Retry => new OperatorReply { Action = Retry(request, by) },
            OperatorCommand.Rebuild => new OperatorReply { Action = Rebuild(request, by) },
            OperatorCommand.Release => new OperatorReply { Action = Release(request, by) },
            OperatorCommand.Cancel => new OperatorReply { Action = Cancel(request, BuildHold.Cancelled, by) },
            OperatorCommand.Reject => new OperatorReply { Action = Cancel(request, BuildHold.Rejected, by) },
            OperatorCommand.Pause => new OperatorReply { Action = Pause(request, by) },
            OperatorCommand.Resume => new OperatorReply { Action = Resume(request, by) },
            OperatorCommand.Drain => new OperatorReply { Action = Drain(by) },
            OperatorCommand.Reload => new OperatorReply { Action = Reload(by) },
            OperatorCommand.Ack => new OperatorReply { Action = Acknowledge(request, by) },
            OperatorCommand.PoolList => new OperatorReply
            {
                Pools = new PoolsDocument(PoolQuery.All(stores, roster(), live)),
            },
            OperatorCommand.PoolDrain => new OperatorReply { Action = DrainPool(PoolOf(request), request.Reason, by) },
            OperatorCommand.PoolResume => new OperatorReply { Action = ResumePool(PoolOf(request), by) },
            OperatorCommand.PoolTest => new OperatorReply { Action = TestPool(PoolOf(request)) },
            OperatorCommand.Try => new OperatorReply { Trial = _trials.Begin(request, by) },
            OperatorCommand.TryList => new OperatorReply { Trials = _trials.List() },
            OperatorCommand.TryShow => new OperatorReply { Trial = _trials.Show(request.Trial) },
            OperatorCommand.TryApprove => new OperatorReply { Trial = _trials.Approve(request.Trial, by) },
            OperatorCommand.TryCancel => new OperatorReply { Trial = _trials.Cancel(request.Trial, by) },
            OperatorCommand.Gc => new OperatorReply { Action = _housekeeping.Collect(request.DryRun) },
            _ => throw new OperatorException(
                $"the running manager does not know the command \"{request.Command}\"; it may be of another version"
            ),
        };

    private HistoryDocument History(OperatorRequest request)
    {
        HistoryDocument history = FarmQueries.History(
            stores,
            request.Recipe,
            Math.Clamp(request.Limit, 1, ManagerLimits.Events)
        );
        if (request.Recipe is { } name && history is { Builds.Count: 0, Events.Count: 0 })
        {
            // One that is gone may have a history; one that never was is a mistake.
            WhyQuery.Known(roster(), name);
        }

        return history;
    }

    private ActionDocument Build(string name, string? tag, string? by)
    {
        RosterEntry recipe = WhyQuery.Known(roster(), name);
        if (!recipe.IsWatched)
        {
            throw new OperatorException($"{name} has no [upstream], so there is no source to build it from");
        }

        VersionSelection selection = VersionSelection.From(
            stores.Tags.Current(name),
            recipe.Document.Upstream!,
            stores.Builds.OfRecipe(name),
            stores.Tags.Raised(name)
        );
        Candidate? candidate = selection.Candidates.FirstOrDefault(c =>
            tag is null || VersionName.Means(tag, c.Tag.Name, c.Version.Text)
        );
        if (candidate is null)
        {
            SkippedTag? refused = selection.Skipped.Concat(selection.Unwanted).FirstOrDefault(s => s.Tag.Name == tag);
            live?.Poll(name);
            throw new OperatorException(
                refused is not null
                    ? $"tag {tag} of {name} is not built: {refused.Why}"
                    : (tag is null ? $"no tag of {name} is known" : $"no tag or version \"{tag}\" of {name} is known")
                        + (
                            live is null
                                ? "; its upstream was last listed while the manager ran"
                                : "; its upstream is listed now, try again in a moment"
                        )
            );
        }

        string version = candidate.Version.Text;
        PublishedPackages published = stores.Repository.Published();
        if (published.HasAll(recipe.Outputs, candidate.Version))
        {
            throw new OperatorException(
                $"{name} {version} is published, and what is published never changes; raise peios_revision to build it anew"
            );
        }

        if (QueuePolicy.WhyNever(recipe.Outputs, published, candidate.Version) is { } never)
        {
            throw new OperatorException(never);
        }

        if (stores.Builds.Find(name, version) is { } build)
        {
            Again(build, by);
        }
        else
        {
            stores.Moves.Queue(
                [new QueueEntry(name, version, candidate.Tag, BuildReason.Operator, $"asked for by {Who(by)}")],
                by
            );
        }

        live?.Wake();
        return new ActionDocument
        {
            Message = $"{name} {version} is queued{WhenBuilt()}",
            Changed = [$"{name}@{version}"],
        };
    }

    private ActionDocument Retry(OperatorRequest request, string? by)
    {
        IReadOnlyList<BuildRecord> builds =
            request.Recipe is null ? stores.Builds.Failing()
            : Version(request) is { } version ? [BuildOf(Recipe(request), version)]
            : [.. stores.Builds.Failing().Where(b => b.Recipe == request.Recipe)];
        if (builds.Count == 0)
        {
            throw new OperatorException(
                request.Recipe is null ? "nothing has failed" : $"no version of {request.Recipe} has failed"
            );
        }

        foreach (BuildRecord build in builds)
        {
            Again(build, by);
        }

        live?.Wake();
        string[] names = [.. builds.Select(Name)];
        return new ActionDocument
        {
            Message = $"queued again: {string.Join(", ", names)}{WhenBuilt()}",
            Changed = names,
        };
    }

    private ActionDocument Rebuild(OperatorRequest request, string? by)
    {
        IReadOnlyList<QueueEntry> entries = RebuildOrder.Make(
            stores,
            roster(),
            [
                .. request
                    .Targets.Select(target => target.Split('@', 2))
                    .Select(parts => (parts[0], parts.Length > 1 ? parts[1] : null)),
            ],
            request.Dependents,
            request.Reason ?? throw new OperatorException("no reason was given"),
            out IReadOnlyList<string> leftOut
        );
        if (!request.DryRun)
        {
            stores.Moves.Rebuild(entries, by);
            live?.Wake();
        }

        string[] names = [.. entries.Select(entry => $"{entry.Recipe}@{entry.Version}")];
        string verb = request.DryRun ? "would be rebuilt" : "queued";
        string without = string.Concat(leftOut.Select(why => $"; left out: {why}"));
        return new ActionDocument
        {
            Message = $"{verb}: {string.Join(", ", names)}{(request.DryRun ? "" : WhenBuilt())}{without}",
            Changed = request.DryRun ? [] : names,
        };
    }

    private ActionDocument Release(OperatorRequest request, string? by)
    {
        string recipe = Recipe(request);
        BuildRecord build = Version(request) is { } version
            ? BuildOf(recipe, version)
            : stores
                .Builds.OfRecipe(WhyQuery.Known(roster(), recipe).Name)
                .Where(b => b.State == BuildState.Held)
                .ToList() switch
            {
                [var only] => only,
                [] => throw new OperatorException($"nothing of {recipe} is held"),
                var several => throw new OperatorException(
                    $"which version of {recipe}? {string.Join(", ", several.Select(b => b.Version))} are held"
                ),
            };
        if (!stores.Moves.Release(build.Id, request.Reason ?? $"released by {Who(by)}", by))
        {
            throw new OperatorException(
                $"{Name(build)} is {FarmQueries.Word(build)}; only what is held can be released"
            );
        }

        live?.Wake();
        return new ActionDocument
        {
            Message =
                $"{Name(build)} is released and published {(live is null ? "when the manager runs" : "now")}: {build.Detail}",
            Changed = [Name(build)],
        };
    }

    private void Again(BuildRecord build, string? by)
    {
        if (!stores.Moves.Retry(build.Id, by))
        {
            throw new OperatorException($"{Name(build)} is under way already ({build.State.Text()})");
        }
    }

    private ActionDocument Cancel(OperatorRequest request, BuildHold hold, string? by)
    {
        BuildRecord build = request.Attempt is { } attempt
            ? stores.Builds.Get(UnderWay(attempt).BuildId)
            : BuildOf(Recipe(request), Version(request) ?? Only(Recipe(request)));
        string word = hold == BuildHold.Rejected ? "rejected" : "cancelled";
        string reason = request.Reason ?? $"{word} by {Who(by)}";
        if (!stores.Moves.Hold(build.Id, hold, reason, by))
        {
            // Under way: whoever leads it ends its children and holds the build.
            if (live?.Cancel(build.Id, new StopOrder(hold, reason, by)) != true)
            {
                throw new OperatorException($"{Name(build)} is {build.State.Text()}; there is nothing to stop");
            }

            return new ActionDocument { Message = $"{Name(build)} is being stopped", Changed = [Name(build)] };
        }

        return new ActionDocument
        {
            Message = $"{Name(build)} is {word} and stays so until \"peipkg-manager retry {Name(build)}\"",
            Changed = [Name(build)],
        };
    }

    // Whoever names an attempt means that one, not whatever became of its version since.
    private AttemptRecord UnderWay(long id)
    {
        AttemptRecord attempt = stores.Attempts.Find(id) ?? throw new OperatorException($"there is no attempt {id}");
        return attempt.EndedAt is { } ended
            ? throw new OperatorException(
                $"attempt {id} of {attempt.Recipe}@{attempt.Version} ended at {ended.Text()} ({attempt.Result}); nothing was "
                    + $"changed. To keep the version from being tried again, name it: {attempt.Recipe}@{attempt.Version}"
            )
            : attempt;
    }

    private ActionDocument Pause(OperatorRequest request, string? by)
    {
        if (request.Recipe is { } name)
        {
            WhyQuery.Known(roster(), name);
        }

        string reason = request.Reason ?? $"by {Who(by)}";
        if (request.Recipe is { } paused)
        {
            stores.Recipes.Pause(paused, reason, by);
        }
        else
        {
            stores.Settings.Pause(reason, by);
        }

        return new ActionDocument
        {
            Message =
                $"no more builds{(request.Recipe is { } one ? " of " + one : "")} are begun until \"peipkg-manager resume{(request.Recipe is { } r ? " " + r : "")}\"; what runs goes on",
            Changed = request.Recipe is { } changed ? [changed] : [],
        };
    }

    private ActionDocument Resume(OperatorRequest request, string? by)
    {
        if (!(request.Recipe is { } recipe ? stores.Recipes.Resume(recipe, by) : stores.Settings.Resume(by)))
        {
            throw new OperatorException(request.Recipe is { } name ? $"{name} is not paused" : "builds are not paused");
        }

        live?.Wake();
        return new ActionDocument
        {
            Message = $"builds{(request.Recipe is { } one ? " of " + one : "")} go on",
            Changed = request.Recipe is { } changed ? [changed] : [],
        };
    }

    private PoolConfig PoolOf(OperatorRequest request)
    {
        IReadOnlyList<PoolConfig> pools = stores.Config.Pools;
        return pools.FirstOrDefault(pool => pool.Name == request.Pool)
            ?? throw new OperatorException(
                pools.Count == 0
                    ? "this farm has no pools: its configuration has no [[pool]]"
                    : $"there is no pool \"{request.Pool}\"{NearestName.Suggestion(request.Pool ?? "", pools.Select(p => p.Name))}; there are "
                        + string.Join(", ", pools.Select(pool => pool.Name))
            );
    }

    private ActionDocument DrainPool(PoolConfig pool, string? reason, string? by)
    {
        stores.Pools.Drain(pool.Name, reason ?? $"by {Who(by)}", by);
        int running = live?.Counters.Running.Count(build => build.Pool == pool.Name) ?? 0;
        return new ActionDocument
        {
            Message =
                $"no more builds begin in pool {pool.Name} until \"peipkg-manager pool resume {pool.Name}\""
                + (running > 0 ? $"; {Counted.Text(running, "build")} there may end" : ""),
            Changed = [pool.Name],
        };
    }

    private ActionDocument ResumePool(PoolConfig pool, string? by)
    {
        if (!stores.Pools.Resume(pool.Name, by))
        {
            throw new OperatorException(
                $"pool {pool.Name} is not drained; to try one that is down, \"peipkg-manager pool test {pool.Name}\""
            );
        }

        live?.Wake();
        return new ActionDocument { Message = $"builds begin in pool {pool.Name} again", Changed = [pool.Name] };
    }

    private ActionDocument TestPool(PoolConfig pool)
    {
        if (live?.Pools is not { } pools)
        {
            throw new OperatorException(
                "no manager is running, and only it can try a pool as its builds would find it"
            );
        }

        return pools.TestAsync(pool).GetAwaiter().GetResult() is { } why
            ? throw new OperatorException(
                $"pool {pool.Name} does not build: {why}; {stores.Layout.PoolLogOf(pool.Name)} has what it said"
            )
            : new ActionDocument
            {
                Message = $"pool {pool.Name} builds: a small package went there and came back whole",
                Changed = [pool.Name],
            };
    }

    private ActionDocument Acknowledge(OperatorRequest request, string? by)
    {
        string key = request.Trouble ?? throw new OperatorException("no trouble was named");
        string reason = request.Reason ?? "by an operator";
        if (key == FarmClock.Key)
        {
            return ConfirmClock(reason, request.Until, by);
        }

        IReadOnlyList<Trouble> troubles = TroubleList.Collect(stores, roster(), live);
        Trouble trouble =
            troubles.FirstOrDefault(t => t.Key == key)
            ?? throw new OperatorException(
                troubles.Count == 0
                    ? $"there is no trouble \"{key}\"; all is in order"
                    : $"there is no trouble \"{key}\"{NearestName.Suggestion(key, troubles.Select(t => t.Key))}; there are "
                        + string.Join(", ", troubles.Take(20).Select(t => t.Key))
            );
        if (request.Until <= stores.Clock.GetUtcNow())
        {
            throw new OperatorException($"{request.Until.Text()} is over already");
        }

        stores.Troubles.Acknowledge(key, reason, request.Until, by);
        string end = request.Until is { } until ? $"until {until.Text()}" : "as long as it lasts";
        return new ActionDocument
        {
            Message = $"{trouble.Key} is acknowledged and counts no more {end}",
            Changed = [trouble.Key],
        };
    }

    // Also before the manager has noticed: builds that wait go on. A clock is right or wrong now; what was said has no end.
    private ActionDocument ConfirmClock(string reason, DateTimeOffset? until, string? by)
    {
        FarmClock.Confirm(stores.Settings, stores.Clock);
        stores.Events.Add(EventKind.Acknowledged, null, null, $"{FarmClock.Key}: {reason}", by);
        live?.Wake();
        string endless = until is null ? "" : "; that has no end, so --until changes nothing";
        return new ActionDocument
        {
            Message =
                $"the clock is right, it is {stores.Clock.GetUtcNow().Text()}; what waits for it is published within a minute{endless}",
            Changed = [FarmClock.Key],
        };
    }

    private ActionDocument Reload(string? by)
    {
        if (live is null)
        {
            throw new OperatorException("no manager is running; it reads everything when it starts");
        }

        ReloadOutcome outcome = live.Reload();
        if (outcome.Refused is { } refused)
        {
            throw new OperatorException(
                $"the configuration has mistakes and was not reloaded, the former one stays: {refused}"
            );
        }

        stores.Events.Add(EventKind.Reloaded, null, null, "", by);
        RecipeRoster recipes = roster();
        string broken = recipes.Broken > 0 ? $", and {recipes.Broken} that cannot be used" : "";
        string looks = live.Recipes() is null ? "" : "; the repository of the recipes is looked at now";
        string restart =
            outcome.NeedRestart.Count > 0 ? $"; restart to apply {string.Join(", ", outcome.NeedRestart)}" : "";
        return new ActionDocument
        {
            Message =
                $"the configuration was read again, and {Counted.Text(recipes.Recipes.Count, "recipe")}{broken}{looks}{restart}",
            Changed = outcome.NeedRestart,
        };
    }

    private ActionDocument Drain(string? by)
    {
        if (live is null)
        {
            throw new OperatorException("no manager is running");
        }

        if (!live.Drain())
        {
            return new ActionDocument { Message = "the manager is draining already" };
        }

        stores.Events.Add(EventKind.Draining, null, null, "", by);
        return new ActionDocument
        {
            Message = "the manager begins nothing more and ends when what is under way is published and synced",
        };
    }

    private BuildRecord BuildOf(string recipe, string version) =>
        stores.Builds.Find(recipe, version)
        ?? stores.Builds.OfRecipe(recipe).Where(b => VersionName.Means(version, b.Tag, b.Version)).ToList() switch
        {
            [var only] => only,
            [] => throw new OperatorException(
                $"{recipe} {version} is not known; \"peipkg-manager why {recipe}\" lists the versions"
            ),
            var several => throw new OperatorException(
                $"which version of {recipe}? {version} may be {string.Join(" or ", several.Select(b => b.Version).Order(StringComparer.Ordinal))}"
            ),
        };

    private string Only(string recipe) =>
        stores
            .Builds.OfRecipe(recipe)
            .Where(b => b.State is not (BuildState.Done or BuildState.Skipped))
            .ToList() switch
        {
            [var only] => only.Version,
            [] => throw new OperatorException($"nothing of {recipe} is queued or under way"),
            var several => throw new OperatorException(
                $"which version of {recipe}? {string.Join(", ", several.Select(b => b.Version))} have work left"
            ),
        };

    private string WhenBuilt() => live is null ? "; it is built when the manager runs" : "";

    private static string Who(string? by) => by ?? "an operator";

    private static string Name(BuildRecord build) => $"{build.Recipe}@{build.Version}";

    private static string Recipe(OperatorRequest request) =>
        request.Recipe ?? throw new OperatorException("no recipe was named");

    // A version that was named by its tag or without its revision.
    private string? Version(OperatorRequest request) =>
        request is { Recipe: { } recipe, Version: { } version }
        && PackageVersion.TryParse(version, out _, out _) is false
            ? BuildOf(recipe, version).Version
            : request.Version;
}

/// <summary>Events of what operators do.</summary>
internal static partial class OperatorEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "an operator acted")]
    public static partial void Acted(
        ILogger logger,
        string act,
        string? about,
        string? by,
        string? outcome,
        string? refused
    );
}
