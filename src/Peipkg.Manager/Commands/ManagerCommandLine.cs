using System.CommandLine;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Logging;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Commands;

/// <summary><c>peipkg-manager [--config FILE] [--log-level LEVEL] [--once [--strict]]</c> (SPEC §8) and the operator's commands.</summary>
internal static class ManagerCommandLine
{
    private const string DefaultConfig = "/etc/peipkg-manager/config.toml";

    /// <summary>Runs the manager.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, ManagerWorld world)
    {
        Option<string> config = CommandOptions.Path("--config", "FILE", "The configuration.");
        config.DefaultValueFactory = _ => DefaultConfig;
        config.Recursive = true;
        Option<string> level = CommandOptions.Choice(
            "--log-level",
            "The least important events to log; overrides [log] level of the configuration.",
            LogSetup.DefaultLevel,
            [.. LogSetup.LevelNames]
        );
        Option<bool> once = CommandOptions.Flag("--once", "Poll, build, publish and sync once, then exit.");
        Option<bool> strict = CommandOptions.Flag(
            "--strict",
            "With --once: exit with 1 when something the recipes ask for is missing at the end."
        );
        Command root = new(
            "peipkg-manager",
            "Watches upstreams for new versions, builds them and publishes the packages."
        )
        {
            config,
            level,
            once,
            strict,
        };
        foreach (Command command in new OperatorCommands(config, world).Create())
        {
            root.Subcommands.Add(command);
        }

        root.SetAction(
            (result, _) =>
                result.GetValue(strict) && !result.GetValue(once)
                    ? throw new UsageErrorException("--strict goes with --once; a daemon ends when it is told to")
                    : ManagerProgram.RunAsync(
                        result.GetRequiredValue(config),
                        result.GetResult(level) is { Implicit: false } ? result.GetValue(level) : null,
                        result.GetValue(strict) ? RunMode.StrictlyOnce
                            : result.GetValue(once) ? RunMode.Once
                            : RunMode.Daemon,
                        world
                    )
        );
        // What is said while it runs is the log's business, and --log-level's.
        return CommandLineHost.InvokeAsync(
            root,
            args,
            world.Stdout,
            new Diagnostics(
                root.Name,
                new DiagnosticsOutput(world.Stderr)
                {
                    Backtraces = DiagnosticsOutput.AsksForBacktraces(world.Environment),
                }
            ),
            world.Signals.Any,
            verbosity: false
        );
    }
}
