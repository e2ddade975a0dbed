using Peipkg.Format.Editions;
using Peipkg.Manager.Publishing;

namespace Peipkg.Manager.Building;

/// <summary>The words of <c>peipkg-build build</c>, without a signing key: nothing that runs foreign scripts gets to see it.</summary>
internal static class BuildArguments
{
    /// <summary>Composes them.</summary>
    /// <param name="order">What is to be built.</param>
    /// <param name="farmId">Who builds.</param>
    /// <param name="sandbox">Whether the script runs in a sandbox; null leaves it to peipkg-build.</param>
    /// <param name="recipe">The recipe file.</param>
    /// <param name="source">The source tree.</param>
    /// <param name="output">Where the packages go.</param>
    public static IReadOnlyList<string> Compose(
        BuildOrder order,
        string farmId,
        bool? sandbox,
        string recipe,
        string source,
        string output
    ) =>
        [
            // Always --x=V: a value that begins with "-" stays a value.
            "build",
            $"--recipe={recipe}",
            $"--source={source}",
            $"--version={order.Version}",
            $"--source-ref={order.SourceRef}",
            $"--farm-id={farmId}",
            $"--timestamp={order.Timestamp}",
            $"--out={output}",
            // A worker's peipkg-build may be one that knows the default alone.
            .. order.Recipe.Edition == Edition.Default ? (string[])[] : [$"--edition={order.Recipe.Edition}"],
            // A launcher's machine may be of another architecture.
            .. order.Recipe.Document.Taken is { } taken ? (string[])[$"--arch={taken}"] : [],
            .. sandbox == true ? (string[])["--sandbox"] : [],
        ];
}
