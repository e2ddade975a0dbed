using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Operating;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Commands;

/// <summary><c>peipkg-manager try</c>: what a change of recipes would lead to.</summary>
/// <param name="config">The root's <c>--config</c>.</param>
/// <param name="world">Where it runs.</param>
internal sealed class TryCommand(Option<string> config, ManagerWorld world)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private static readonly OperatorJson Indented = new(
        new JsonSerializerOptions(OperatorJson.Default.Options) { WriteIndented = true }
    );

    /// <summary>The command.</summary>
    public Command Create()
    {
        Argument<string?> source = new("SOURCE")
        {
            Description =
                "A branch or a whole commit id of the recipes' repository, or a directory as ./DIR or /DIR; without one, list trials.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Argument<string[]> recipes = new("RECIPE")
        {
            Description = "Only these recipes, changed or not.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        recipes.CompletionSources.Add(context => RecipeNames.Complete(context, config));
        Option<long> show = Number("--show", "Show a trial.");
        Option<long> approve = Number("--approve", "Let a request that waits be tried: exactly that commit.");
        Option<long> cancel = Number("--cancel", "Stop a trial, or drop a request that waits.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new(
            "try",
            "Build what a change of recipes leads to, publish nothing, and show what would differ."
        )
        {
            source,
            recipes,
            show,
            approve,
            cancel,
            json,
        };
        command.SetAction(
            async (result, stop) =>
            {
                (Option<long> Option, string Word)[] acts =
                [
                    .. ((Option<long> Option, string Word)[])
                        [
                            (show, OperatorCommand.TryShow),
                            (approve, OperatorCommand.TryApprove),
                            (cancel, OperatorCommand.TryCancel),
                        ],
                ];
                (Option<long> Option, string Word)[] given =
                [
                    .. acts.Where(a => result.GetResult(a.Option) is not null),
                ];
                string? what = result.GetValue(source);
                if (given.Length + (what is null ? 0 : 1) > 1)
                {
                    throw new UsageErrorException(
                        "give a source, --show, --approve or --cancel, and not several of them"
                    );
                }

                using FarmAccess farm = await FarmAccess.OpenAsync(
                    ManagerProgram.LoadConfig(result.GetRequiredValue(config)),
                    world,
                    stop
                );
                bool asJson = result.GetValue(json);
                if (given is [var (option, word)])
                {
                    OperatorReply reply = await farm.AskAsync(
                        new OperatorRequest { Command = word, Trial = result.GetValue(option) },
                        stop
                    );
                    await WriteAsync(reply.Trial!, asJson);
                    return ExitCode.Success;
                }

                if (what is null)
                {
                    TrialsDocument all = (
                        await farm.AskAsync(new OperatorRequest { Command = OperatorCommand.TryList }, stop)
                    ).Trials!;
                    if (asJson)
                    {
                        await world.Stdout.WriteLineAsync(JsonSerializer.Serialize(all, Indented.TrialsDocument));
                    }
                    else
                    {
                        Tables().Write(all);
                    }

                    return ExitCode.Success;
                }

                return await RunAsync(farm, what, result.GetValue(recipes) ?? [], asJson, stop);
            }
        );
        return command;
    }

    private async Task<int> RunAsync(
        FarmAccess farm,
        string source,
        string[] recipes,
        bool json,
        CancellationToken stop
    )
    {
        // A branch may be called "fix/zlib": a directory is what looks like a path and nothing else.
        string place =
            source is "." or ".."
            || source.StartsWith('/')
            || source.StartsWith("./", StringComparison.Ordinal)
            || source.StartsWith("../", StringComparison.Ordinal)
                ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(source))
                : source;
        TrialDocument trial = (
            await farm.AskAsync(
                new OperatorRequest
                {
                    Command = OperatorCommand.Try,
                    Source = place,
                    Targets = recipes,
                },
                stop
            )
        ).Trial!;
        while (trial.EndedAt is null)
        {
            await Task.Delay(Between, world.Clock, stop);
            trial = (
                await farm.AskAsync(
                    new OperatorRequest { Command = OperatorCommand.TryShow, Trial = trial.Trial },
                    stop
                )
            ).Trial!;
        }

        await WriteAsync(trial, json);
        return trial.State == "passed" ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task WriteAsync(TrialDocument trial, bool json)
    {
        if (json)
        {
            await world.Stdout.WriteLineAsync(JsonSerializer.Serialize(trial, Indented.TrialDocument));
        }
        else
        {
            Tables().Write(trial);
        }
    }

    private FarmTables Tables() => new(world.Stdout, world.Columns, world.Clock.GetUtcNow());

    private static Option<long> Number(string name, string description) =>
        CommandOptions.Parsed<long>(name, "N", description, ParseNumber);

    private static bool ParseNumber(string? text, out long value, [NotNullWhen(false)] out string? error)
    {
        error =
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0
                ? null
                : $"\"{text}\" is not the number of a trial";
        return error is null;
    }
}
