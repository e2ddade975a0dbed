using Microsoft.Extensions.Logging;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Http;
using Peipkg.Manager.Logging;
using Peipkg.Manager.Operating;
using Peipkg.Manager.World;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Hosting;

/// <summary>
/// What SIGHUP does: takes over the recipes, and of the configuration what <see cref="ConfigKeys"/> says can be. A
/// configuration with a mistake changes nothing; a recipe with one stops no other.
/// </summary>
/// <param name="file">The configuration.</param>
/// <param name="config">What runs.</param>
/// <param name="farm">The farm.</param>
/// <param name="threshold">What is logged; null when the command line has decided that.</param>
/// <param name="logger">For events.</param>
internal sealed class FarmReload(
    string file,
    ConfigHolder config,
    Farm farm,
    LogThreshold? threshold,
    ILogger<FarmReload> logger
)
{
    private readonly Lock _one = new();

    /// <summary>Whether the file, when it was last looked at, was a configuration.</summary>
    public bool IsConfigValid => farm.RefusedReload is null;

    /// <summary>Reads everything again; what is wrong is in the log too.</summary>
    public ReloadOutcome Run()
    {
        lock (_one)
        {
            string[] restart = [];
            try
            {
                farm.RefusedReload = ReloadConfig(out restart) is { } refused ? farm.Redactor.Clean(refused) : null;
                farm.Roster.Reload();
                farm.Redactor.Learn(FarmSecrets.Of(config.Current, farm.Secrets, farm.Roster.Current));
                farm.Reloaded();
                farm.Source?.Trigger(again: true);
                WarnAboutWebhooks();
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                // The configuration was taken, or refused for its own reason; this one is not its fault.
                HostingEvents.ReloadFailed(logger, Boundary.Describe(exception));
            }

            return new ReloadOutcome(farm.RefusedReload, restart);
        }
    }

    // Why it was refused; null when it was taken.
    private string? ReloadConfig(out string[] restart)
    {
        restart = [];
        ManagerConfig written;
        ManagerConfig merged;
        IReadOnlyDictionary<Forge, WebhookSecrets> secrets;
        try
        {
            written = ConfigReader.Load(file);
            merged = ConfigKeys.Merge(config.Current, written);
            secrets = WebhookSecrets.Load(merged.Http);
            if (SandboxExposure.Problems(merged) is { Count: > 0 } exposed)
            {
                throw new UserErrorException(string.Join("; ", exposed));
            }
        }
        catch (RecipeException exception)
        {
            foreach (RecipeProblem problem in exception.Problems)
            {
                HostingEvents.ConfigBroken(logger, problem.ToString());
            }

            return exception.Problems[0].ToString();
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            HostingEvents.ConfigBroken(logger, Boundary.Describe(exception));
            return Boundary.Describe(exception);
        }

        ILookup<Effect, string> changed = ConfigKeys
            .Changed(config.Current, written)
            .ToLookup(key => key.Effect, key => key.ToString());
        config.Current = merged;
        farm.Secrets = secrets;
        threshold?.Set(merged.LogLevel);
        HostingEvents.ConfigReloaded(logger, Some(changed[Effect.Reload]));
        if (Some(changed[Effect.Restart]) is { } waiting)
        {
            restart = waiting;
            HostingEvents.ConfigNeedsRestart(logger, waiting);
        }

        if (Some(changed[Effect.FirstStart]) is { } useless)
        {
            HostingEvents.ConfigUseless(logger, useless);
        }

        return null;
    }

    private static string[]? Some(IEnumerable<string> keys) => keys.ToArray() is { Length: > 0 } some ? some : null;

    private void WarnAboutWebhooks()
    {
        string[] deaf =
        [
            .. farm
                .Roster.Current.Watched.Where(r =>
                    r.Document.Watch is { } watch
                    && Forge.All.Any(forge => forge.IsHeardBy(watch) && !farm.Secrets.ContainsKey(forge))
                )
                .Select(r => r.Name),
        ];
        if (farm.Http is not null && deaf.Length > 0)
        {
            HostingEvents.WebhooksOff(logger, deaf);
        }
    }
}
