using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Operating;

/// <summary>Writes down since when each trouble lasts, tells of those that begin and end, and notes how long the queue is.</summary>
/// <param name="stores">What the farm remembers.</param>
/// <param name="roster">The current recipes.</param>
/// <param name="live">The running manager.</param>
internal sealed class TroubleWatch(FarmStores stores, Func<RecipeRoster> roster, LiveFarm live)
{
    /// <summary>Between looks.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    /// <summary>Looks once.</summary>
    public void Look()
    {
        stores.Troubles.Observe([
            .. TroubleList.Collect(stores, roster(), live).Select(t => (t.Key, t.Severity, t.Text, t.IsTold)),
        ]);
        stores.Days.NoteQueue(stores.Builds.CountByState().GetValueOrDefault(BuildState.Queued.Text()));
    }
}
