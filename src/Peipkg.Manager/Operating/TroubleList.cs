using System.Globalization;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Building;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;
using Peipkg.Manager.World;
using Peipkg.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Everything that is not as it should be, in one list: <c>/readyz</c>, <c>status</c>, the dashboard, metrics and
/// notifications all show it, so they agree. Worst first, and what was acknowledged last.
/// </summary>
internal static class TroubleList
{
    // Builds of others may take the places for hours; without any running, a due one begins within seconds.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    // A transition takes thirty days at least; who has not ended it two weeks before may have forgotten.
    private static readonly TimeSpan KeyWarning = TimeSpan.FromDays(14);

    /// <summary>What is wrong now.</summary>
    /// <param name="stores">What the farm remembers.</param>
    /// <param name="roster">The recipes.</param>
    /// <param name="live">The running manager; null beside one that does not run.</param>
    public static IReadOnlyList<Trouble> Collect(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        List<Trouble> troubles = [];
        Look(troubles, "manager", () => Manager(stores, live));
        Look(troubles, "polls", () => Polls(stores, roster, live));
        Look(troubles, "builds", () => Builds(stores, live));
        Look(troubles, "recipes", () => Recipes(stores, roster));
        Look(troubles, "sync", () => Syncs(stores));
        Look(troubles, "disk", () => Disk(stores));
        Look(troubles, "repository", () => Repository(stores, live));
        Dictionary<string, KnownTrouble> known = new(StringComparer.Ordinal);
        Dictionary<string, Acknowledgement> said = new(StringComparer.Ordinal);
        Look(
            troubles,
            "database",
            () =>
            {
                known = stores.Troubles.All().ToDictionary(t => t.Key, StringComparer.Ordinal);
                said = stores.Troubles.Acknowledged().ToDictionary(a => a.Key, StringComparer.Ordinal);
                return known.Values.Where(t => t.IsKept).Select(Kept);
            }
        );
        DateTimeOffset now = stores.Clock.GetUtcNow();
        return
        [
            .. troubles
                .DistinctBy(t => t.Key, StringComparer.Ordinal)
                .Select(t =>
                    t with
                    {
                        Since = known.GetValueOrDefault(t.Key)?.Since ?? t.Since ?? now,
                        Acknowledged = said.GetValueOrDefault(t.Key),
                    }
                )
                .OrderBy(t => t.Acknowledged is not null)
                .ThenByDescending(t => t.Severity)
                .ThenBy(t => t.Since)
                .ThenBy(t => t.Key, StringComparer.Ordinal),
        ];
    }

    private static Trouble Error(string key, string text, string remedy) =>
        new(key, TroubleSeverity.Error, text, remedy);

    private static Trouble Warning(string key, string text, string remedy) =>
        new(key, TroubleSeverity.Warning, text, remedy);

    // What cannot be looked at is a trouble itself, and hides no other.
    private static void Look(List<Trouble> troubles, string what, Func<IEnumerable<Trouble>> look)
    {
        try
        {
            troubles.AddRange(look());
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            troubles.Add(Error(what, Boundary.Describe(exception), "peipkg-manager check-config"));
        }
    }

    private static Trouble Kept(KnownTrouble trouble) =>
        new(trouble.Key, trouble.Severity, trouble.Detail, $"peipkg-manager ack {trouble.Key}") { IsTold = true };

    private static IEnumerable<Trouble> Manager(FarmStores stores, LiveFarm? live)
    {
        if (live is null)
        {
            yield return Error("manager", "no manager is running", "systemctl start peipkg-manager");
        }

        if (live?.RefusedReload() is { } refused)
        {
            yield return Error(
                "reload",
                $"the configuration has mistakes and was not reloaded, the former one stays: {refused}",
                "peipkg-manager check-config"
            );
        }

        if (live?.Held() is { } held)
        {
            yield return Error(held.Key, $"nothing is published: {held.Reason}", held.Remedy);
        }

        if (stores.Settings.PauseReason() is { } pause)
        {
            yield return Warning("paused", $"all builds are paused: {pause}", "peipkg-manager resume");
        }
    }

    private static IEnumerable<Trouble> Polls(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        HashSet<string> watched = [.. roster.Watched.Select(r => r.Name)];
        List<RecipeRecord> all = [.. stores.Recipes.All()];
        List<RecipeRecord> polls = [.. all.Where(r => watched.Contains(r.Name))];
        foreach (RecipeRecord recipe in all.Where(r => r.PausedAt is not null && roster.Knows(r.Name)))
        {
            yield return Warning(
                "paused:" + recipe.Name,
                $"builds of {recipe.Name} are paused: {recipe.PauseReason}",
                $"peipkg-manager resume {recipe.Name}"
            ) with
            {
                Since = recipe.PausedAt,
            };
        }

        foreach (
            (string recipe, string tag, string version) in stores
                .Tags.MovedAfterBuild()
                .Where(m => watched.Contains(m.Recipe))
        )
        {
            yield return Warning(
                $"moved:{recipe}@{tag}",
                $"tag {tag} of {recipe} points elsewhere since {version} was built from it; what was built stays",
                $"peipkg-manager why {recipe}@{version}"
            ) with
            {
                IsTold = true,
            };
        }

        if (live is null || watched.Count == 0)
        {
            yield break;
        }

        DateTimeOffset now = stores.Clock.GetUtcNow();
        DateTimeOffset latest = polls.Max(r => r.PolledAt) is { } time && time > live.StartedAt ? time : live.StartedAt;
        TimeSpan patience = (stores.Config.DefaultInterval * 2) + TimeSpan.FromMinutes(5);
        if (now - latest > patience)
        {
            yield return Error(
                "polls",
                $"no upstream has been polled since {latest.Text()}",
                "journalctl -u peipkg-manager"
            );
        }

        RecipeRecord[] silent = [.. polls.Where(r => r.Failures > 0)];
        if (silent.Length > 0 && silent.Length == polls.Count)
        {
            yield return Error(
                "upstreams",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the latest poll of every upstream failed ({polls.Count}), the first with: {polls[0].Outcome}"
                ),
                $"peipkg-manager why {polls[0].Name}"
            );
        }
        else
        {
            foreach (RecipeRecord recipe in silent)
            {
                yield return Warning(
                    "upstream:" + recipe.Name,
                    $"the upstream of {recipe.Name} does not answer, {WhyQuery.Times(recipe.Failures)} by now: {recipe.Outcome}",
                    $"peipkg-manager why {recipe.Name}"
                );
            }
        }
    }

    private static IEnumerable<Trouble> Builds(FarmStores stores, LiveFarm? live)
    {
        if (live?.Trouble() is { } trouble)
        {
            yield return Error("storage", $"builds are paused: {trouble}", "df -h");
        }

        if (live is { Counters.Running.Count: 0 } && Stuck(stores, live) is { } stuck)
        {
            yield return Error(
                "builds",
                $"{stuck.Recipe} {stuck.Version} is due since {(stuck.NextAttempt ?? stuck.ChangedAt).Text()} and nothing is begun",
                $"peipkg-manager why {stuck.Recipe}"
            );
        }

        foreach (IGrouping<string, BuildRecord> recipe in stores.Builds.Failing().GroupBy(b => b.Recipe))
        {
            BuildRecord[] failing = [.. recipe];
            BuildRecord first = failing.MaxBy(b => b.ChangedAt)!;
            int givenUp = failing.Count(b => b.Hold == BuildHold.GivenUp);
            string versions =
                failing.Length == 1
                    ? $"{recipe.Key} {first.Version} fails"
                    : $"{failing.Length} versions of {recipe.Key} fail";
            string held = givenUp > 0 ? $" ({givenUp} given up)" : "";
            yield return Warning(
                "failing:" + recipe.Key,
                $"{versions}{held}, last with: {first.Detail}",
                first.AttemptId is { } attempt ? $"peipkg-manager log {attempt}" : $"peipkg-manager why {recipe.Key}"
            ) with
            {
                IsTold = true,
            };
        }
    }

    private static BuildRecord? Stuck(FarmStores stores, LiveFarm live)
    {
        // Nearly every look ends at the age: why a build waits is the dear question.
        DateTimeOffset now = stores.Clock.GetUtcNow();
        BuildRecord[] old =
        [
            .. stores.Builds.Due(now).Where(b => now - Later(b.ChangedAt, live.StartedAt) > Idle).OrderBy(b => b.ChangedAt),
        ];
        if (old.Length == 0)
        {
            return null;
        }

        Func<BuildRecord, string> why = live.WhyWaiting();
        return Array.Find(old, b => why(b) == BuildLoop.BeginsNow);
    }

    private static IEnumerable<Trouble> Recipes(FarmStores stores, RecipeRoster roster)
    {
        foreach (BrokenRecipe broken in roster.BrokenRecipes)
        {
            yield return Warning(
                "recipe:" + broken.Name,
                $"recipe {broken.Name} cannot be used: {broken.Problems[0]}",
                $"peipkg-build check {Path.Combine(stores.Config.RecipesDirectory, broken.Name)}"
            );
        }

        foreach (SharedPackage shared in roster.SharedPackages)
        {
            yield return Warning("package:" + shared.Package, shared.Describe(), "peipkg-manager check-config");
        }
    }

    private static IEnumerable<Trouble> Syncs(FarmStores stores)
    {
        foreach (SyncTarget target in stores.Targets)
        {
            SyncTargetRecord known = stores.Syncs.Get(target.Key);
            if (known.Failures > 0)
            {
                yield return Error(
                    "sync:" + target.Config.Name,
                    $"the sync to {target.Config.Name} ({target.DisplayRemote}) fails: {known.LastError}",
                    $"tail -n 50 {stores.Layout.SyncLogOf(target.Config.Name)}"
                ) with
                {
                    IsTold = true,
                };
            }

            if (known.CheckError.Length > 0)
            {
                yield return Error(
                    "public:" + target.Config.Name,
                    $"{target.Config.PublicUrl} does not serve what was synced: {known.CheckError}",
                    $"curl -I {target.Config.PublicUrl}/repo.json"
                ) with
                {
                    IsTold = true,
                };
            }
        }
    }

    private static IEnumerable<Trouble> Disk(FarmStores stores)
    {
        long free = new DriveInfo(stores.Layout.Root).AvailableFreeSpace;
        if (free < stores.Config.Limits.MinFree)
        {
            yield return Error(
                "disk",
                $"only {ByteSize.Format(free)} are free in {stores.Layout.Root}; builds begin again with {ByteSize.Format(stores.Config.Limits.MinFree)}",
                "peipkg-manager gc"
            ) with
            {
                IsTold = true,
            };
        }
    }

    private static IEnumerable<Trouble> Repository(FarmStores stores, LiveFarm? live)
    {
        _ = stores.Repository.Published();
        if (live?.Signer is not { } signer || stores.Repository.Descriptor() is not { } descriptor)
        {
            yield break;
        }

        DescriptorKey? own = descriptor.Keys.FirstOrDefault(key => key.Fingerprint == signer);
        string keys = $"peipkg-repo keys --repo {stores.Repository.Directory}";
        if (own is null)
        {
            yield return Error(
                "key:" + signer.Text[..16],
                $"the signing key {signer.Grouped} is not among the repository's keys, so consumers refuse what it signs",
                keys
            );
        }
        else if (own.Status != KeyStatus.Active)
        {
            yield return Error(
                "key:" + signer.Text[..16],
                own.Status == KeyStatus.Revoked
                    ? $"the signing key {signer.Grouped} is revoked, so consumers refuse what it signs"
                    : $"the signing key {signer.Grouped} is being replaced and signs no more; give [signing] key_file its successor",
                keys
            );
        }

        DateTimeOffset now = stores.Clock.GetUtcNow();
        foreach (DescriptorKey key in descriptor.Keys.Where(key => key.Status == KeyStatus.Transitioning && key != own))
        {
            DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds((key.ValidUntil ?? Timestamp.MaxValue).UnixSeconds);
            if (end - now < KeyWarning)
            {
                yield return Warning(
                    "key:" + key.Fingerprint.Text[..16],
                    end < now
                        ? $"the key {key.Fingerprint.Grouped} counts no more since {end.Text()}; retire it"
                        : $"the key {key.Fingerprint.Grouped} counts until {end.Text()} only; what it signed cannot be installed afterwards",
                    end < now
                        ? $"peipkg-repo retire-key --help"
                        : $"peipkg-repo audit --repo {stores.Repository.Directory}"
                );
            }
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
