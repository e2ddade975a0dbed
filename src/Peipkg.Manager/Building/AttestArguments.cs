using Peipkg.Format.Attestations;
using Peipkg.Format.Editions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Publishing;

namespace Peipkg.Manager.Building;

/// <summary>
/// The words of <c>peipkg-build sign</c> and <c>reproduce</c> that say how packages were built. The farm says it, for what ran the recipe's
/// script is not asked about itself.
/// </summary>
internal static class AttestArguments
{
    /// <summary>Composes them.</summary>
    /// <param name="order">What was built.</param>
    /// <param name="launcher">What had it built elsewhere; null where it was built here.</param>
    /// <param name="sandbox">Whether scripts run in a sandbox here.</param>
    /// <param name="room">Where it was built, perhaps in a root.</param>
    public static IReadOnlyList<string> Compose(
        BuildOrder order,
        LauncherCommand? launcher,
        bool? sandbox,
        BuildRoom room
    ) =>
        [
            $"--recipe={order.Recipe.Document.File}",
            .. order.Recipe.Edition == Edition.Default ? (string[])[] : [$"--edition={order.Recipe.Edition}"],
            .. SourceAddress.IsCommit(order.Commit) ? (string[])[$"--source-commit={order.Commit}"] : [],
            .. room.RootArguments,
            // What a launcher's machine does is the launcher's to know.
            .. launcher is not null ? (string[])[$"--build-fact=launcher={Path.GetFileName(launcher.Program)}"]
            : sandbox == true ? ["--build-fact=sandbox=bubblewrap", "--build-fact=network=none"]
            : ["--build-fact=sandbox=none", "--build-fact=network=machine"],
        ];
}
