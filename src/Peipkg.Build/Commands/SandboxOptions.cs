using System.CommandLine;
using Peipkg.Build.Building;
using Peipkg.Build.Sandboxing;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Commands;

/// <summary>The options that say where a build script runs and how much of the machine it gets.</summary>
internal sealed class SandboxOptions
{
    private readonly Option<bool> _sandbox = CommandOptions.Flag(
        "--sandbox",
        "Run the build script under bubblewrap: no network, no homes and keys, the source read-only at a fixed path."
    );

    private readonly Option<string> _root = CommandOptions.Path(
        "--root",
        "DIR",
        "Show the sandboxed script the programs of this root, as compose makes it, instead of the machine's; implies --sandbox."
    );

    private readonly Option<bool> _allowNetwork = CommandOptions.Flag(
        "--allow-network",
        "Let the sandboxed script use the network beyond this machine, through pasta or slirp4netns."
    );

    private readonly Option<bool> _shareNetwork = CommandOptions.Flag(
        "--share-network",
        "Let the sandboxed script use this machine's own network, with every service that listens on it."
    );

    private readonly Option<IReadOnlyList<string>> _readOnly = CommandOptions.Paths(
        "--bind-ro",
        "PATH",
        "Show this file or directory in the sandbox too, read-only, where it is; its bin directory joins the PATH."
    );

    private readonly Option<TimeSpan?> _timeout = CommandOptions.Parsed<TimeSpan?>(
        "--timeout",
        "DURATION",
        "End the build script, and fail, after this time, as 90m or 1h30m.",
        ScriptLimits.TryParseTimeout
    );

    private readonly Option<long?> _memory = CommandOptions.Parsed<long?>(
        "--memory",
        "SIZE",
        "Address space for each process of the build script, as 4GiB.",
        ScriptLimits.TryParseMemory
    );

    private readonly Option<int?> _processors = CommandOptions.Parsed<int?>(
        "--cpus",
        "N",
        "Processors for the build script as a whole.",
        ScriptLimits.TryParseProcessors
    );

    internal SandboxOptions(Command command)
    {
        foreach (
            Option option in (Option[])
                [_sandbox, _root, _allowNetwork, _shareNetwork, _readOnly, _timeout, _memory, _processors]
        )
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="UsageErrorException">An option is for a sandbox, and there is none.</exception>
    internal SandboxSettings? Sandbox(ParseResult result)
    {
        IReadOnlyList<string> readOnly = result.GetRequiredValue(_readOnly);
        bool allow = result.GetValue(_allowNetwork);
        bool share = result.GetValue(_shareNetwork);
        if (allow && share)
        {
            throw new UsageErrorException(
                "--allow-network gives the script a network of its own and --share-network this machine's; give one of them"
            );
        }

        string? root = result.GetValue(_root);
        if (result.GetValue(_sandbox) || root is not null)
        {
            NetworkAccess network =
                share ? NetworkAccess.Shared
                : allow ? NetworkAccess.Own
                : NetworkAccess.None;
            return new SandboxSettings(network, [.. readOnly.Select(Path.GetFullPath)])
            {
                Root = root is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)),
            };
        }

        string? alone =
            readOnly.Count > 0 ? "--bind-ro"
            : allow ? "--allow-network"
            : share ? "--share-network"
            : null;
        return alone is null
            ? null
            : throw new UsageErrorException($"{alone} says what a sandbox shows; give --sandbox with it");
    }

    internal ScriptLimits Limits(ParseResult result) =>
        new(result.GetValue(_timeout), result.GetValue(_memory), result.GetValue(_processors));
}
