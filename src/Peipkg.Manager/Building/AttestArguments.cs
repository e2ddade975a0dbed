using Peipkg.Format.Attestations;
using Peipkg.Format.Editions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Publishing;

namespace Peipkg.Manager.Building;

/// <summary>
/// The words of <c>peipkg-build sign</c> that say how packages were built. The farm says it, for what ran the recipe's
/// script is not asked about itself.
/// </summary>
internal static class AttestArguments
{
    /// <summary>Composes them.</summary>
    /// <param name="order">What was built.</param>
    /// <param name="builds">How this farm builds.</param>
    public static IReadOnlyList<string> Compose(BuildOrder order, BuildConfig builds) =>
        [
            "--attest",
            $"--recipe={order.Recipe.Document.File}",
            .. order.Recipe.Edition == Edition.Default ? (string[])[] : [$"--edition={order.Recipe.Edition}"],
            .. SourceAddress.IsCommit(order.Commit) ? (string[])[$"--source-commit={order.Commit}"] : [],
            // What a launcher's machine does is the launcher's to know.
            .. builds.Launcher is { } launcher
                ? (string[])[$"--build-fact=launcher={Path.GetFileName(launcher.Program)}"]
            : builds.Sandbox == true ? ["--build-fact=sandbox=bubblewrap", "--build-fact=network=none"]
            : ["--build-fact=sandbox=none", "--build-fact=network=machine"],
        ];
}
