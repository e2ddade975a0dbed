using System.Globalization;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Building;

/// <summary>
/// Tries a pool with a package of one small file, the whole way that a build takes there and back: what tells a pool that
/// is down from a build that fails.
/// </summary>
internal sealed class PoolProbe(
    PackageBuild build,
    StateLayout layout,
    ConfigHolder config,
    Redactor redactor,
    TimeProvider clock
)
{
    private const string Name = "pool-test";

    // What waits for a place takes as long as the pool's queue says, besides.
    private const string Recipe = """
        [meta]
        license = "MIT"
        build_script = "build.sh"

        [limits]
        time = "5m"

        [[package]]
        name = "pool-test"
        architecture = "noarch"
        description = "Shows that a pool builds"
        files = ["usr/share/pool-test/**"]

        """;

    private const string Script = """
        set -eu
        mkdir -p "$DESTDIR/usr/share/pool-test"
        cp "$SOURCE_DIR/hello" "$DESTDIR/usr/share/pool-test/hello"

        """;

    private int _number;

    /// <summary>Builds there; the log is the pool's own.</summary>
    /// <returns>Null when the package came back whole; otherwise why not.</returns>
    /// <exception cref="OperationCanceledException">The manager is ending.</exception>
    public async Task<string?> RunAsync(PoolConfig pool, CancellationToken cancellation)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{pool.Name}.{Interlocked.Increment(ref _number)}");
        BuildRoom room = new(0, Path.Combine(layout.Stage, name), Path.Combine(layout.Sources, name));
        try
        {
            File.Delete(layout.PoolLogOf(pool.Name));
            using AttemptLog log = new(layout.PoolLogOf(pool.Name), clock, redactor);
            log.Heading($"trying the pool {pool.Name}");
            try
            {
                _ = await build.BuildUnsignedAsync(Prepare(room), pool, room, log, cancellation);
                log.Heading("the package came back whole");
                return null;
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                log.Heading("failed: " + Boundary.Describe(exception));
                return redactor.Clean(Boundary.Describe(exception));
            }
        }
        finally
        {
            TreeRemoval.Remove(room.Stage);
            TreeRemoval.Remove(room.Source);
            TreeRemoval.Remove(room.Root);
        }
    }

    private BuildOrder Prepare(BuildRoom room)
    {
        string recipe = Directory.CreateDirectory(Path.Combine(room.Stage, "recipe")).FullName;
        string file = Path.Combine(recipe, Peipkg.Recipes.Recipe.FileName);
        File.WriteAllText(file, Recipe);
        File.WriteAllText(Path.Combine(recipe, "build.sh"), Script);
        Directory.CreateDirectory(room.Source);
        File.WriteAllText(Path.Combine(room.Source, "hello"), "hello\n");
        return new BuildOrder(
            RecipeRoster.Read(Name, file, OwnRepository.EditionOf(config.Current)),
            PackageVersion.Parse("1-1"),
            "git+https://pool-test.invalid/#refs/tags/1",
            new string('0', 40),
            Timestamp.FromUnixSeconds(clock.GetUtcNow().ToUnixTimeSeconds())
        );
    }
}
