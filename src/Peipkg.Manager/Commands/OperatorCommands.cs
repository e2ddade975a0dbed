using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Operating;
using Peipkg.Manager.World;
using Peipkg.Recipes;

namespace Peipkg.Manager.Commands;

/// <summary>The commands with which a farm is looked at and led.</summary>
/// <param name="config">The root's <c>--config</c>.</param>
/// <param name="world">Where they run.</param>
internal sealed class OperatorCommands(Option<string> config, ManagerWorld world)
{
    private static readonly OperatorJson Indented = new(
        new JsonSerializerOptions(OperatorJson.Default.Options) { WriteIndented = true }
    );

    private static readonly string[] PoolActions = ["list", "drain", "resume", "test"];

    /// <summary>All of them.</summary>
    public IEnumerable<Command> Create()
    {
        yield return Status();
        yield return Recipes();
        yield return History();
        yield return Log();
        yield return Why();
        yield return Build();
        yield return Retry();
        yield return Rebuild();
        yield return Release();
        yield return Stop(
            "cancel",
            OperatorCommand.Cancel,
            "Stop a build, or take one out of the queue.",
            "Why, for the history."
        );
        yield return Stop(
            "reject",
            OperatorCommand.Reject,
            "Never build a version, unless it is asked for with \"retry\".",
            "Why, for the history."
        );
        yield return Pause(
            "pause",
            OperatorCommand.Pause,
            "Begin no more builds, of one recipe or of all; polling goes on."
        );
        yield return Pause("resume", OperatorCommand.Resume, "Begin builds again after a pause.");
        yield return new TryCommand(config, world).Create();
        yield return Pool();
        yield return Ack();
        yield return Reload();
        yield return Drain();
        yield return new CheckConfigCommand(config, world).Create();
        yield return new BackupCommand(config, world).Create();
        yield return Gc();
    }

    private Command Status()
    {
        Option<bool> json = Json();
        Command command = new(
            "status",
            "Show how the farm is: what runs, waits and fails, and what each sync target holds."
        )
        {
            json,
        };
        SetAction(
            command,
            json,
            _ => new OperatorRequest { Command = OperatorCommand.Status },
            reply => reply.Status!,
            Indented.StatusDocument,
            (tables, document) => tables.Write(document)
        );
        return command;
    }

    private Command Recipes()
    {
        Option<bool> json = Json();
        Command command = new(
            "recipes",
            "List the recipes: what is published of each, how its upstream answers, what is wrong with it."
        )
        {
            json,
        };
        SetAction(
            command,
            json,
            _ => new OperatorRequest { Command = OperatorCommand.Recipes },
            reply => reply.Recipes!,
            Indented.RecipesDocument,
            (tables, document) => tables.Write(document)
        );
        return command;
    }

    private Command History()
    {
        Option<bool> json = Json();
        Argument<string?> recipe = Optional("RECIPE", "Only of this recipe.");
        Option<long> limit = CommandOptions.Parsed<long>(
            "--limit",
            "N",
            "At most this many attempts and events (default: 50).",
            Number
        );
        Command command = new("history", "List the latest attempts and what else happened, newest first.")
        {
            recipe,
            limit,
            json,
        };
        SetAction(
            command,
            json,
            result => new OperatorRequest
            {
                Command = OperatorCommand.History,
                Recipe = result.GetValue(recipe),
                Limit = (int)(result.GetResult(limit) is null ? 50 : Math.Min(result.GetValue(limit), int.MaxValue)),
            },
            reply => reply.History!,
            Indented.HistoryDocument,
            (tables, document) => tables.Write(document)
        );
        return command;
    }

    private Command Why()
    {
        Option<bool> json = Json();
        Argument<RecipeVersion> target = Target(
            "RECIPE[@VERSION]",
            "The recipe; with a version or tag, only that one."
        );
        Command command = new("why", "Explain what would happen to each version of a recipe, or why nothing would.")
        {
            target,
            json,
        };
        SetAction(
            command,
            json,
            result => new OperatorRequest
            {
                Command = OperatorCommand.Why,
                Recipe = result.GetRequiredValue(target).Recipe,
                Version = result.GetRequiredValue(target).Version,
            },
            reply => reply.Why!,
            Indented.WhyDocument,
            (tables, document) => tables.Write(document)
        );
        return command;
    }

    private Command Build()
    {
        Option<bool> json = Json();
        Argument<RecipeVersion> target = Target(
            "RECIPE[@TAG]",
            "The recipe, and the tag or version; without one, its highest."
        );
        Command command = new("build", "Build a version now, even one that the recipe passes over.") { target, json };
        SetAction(
            command,
            json,
            result => new OperatorRequest
            {
                Command = OperatorCommand.Build,
                Recipe = result.GetRequiredValue(target).Recipe,
                Tag = result.GetRequiredValue(target).Version,
            }
        );
        return command;
    }

    private Command Retry()
    {
        Option<bool> json = Json();
        Option<bool> all = CommandOptions.Flag("--all", "Everything that has failed.");
        Argument<RecipeVersion?> target = OptionalTarget(
            "RECIPE[@VERSION]",
            "A version; without one, all of the recipe's that failed."
        );
        Command command = new("retry", "Try again at once what failed, was given up, cancelled or rejected.")
        {
            target,
            all,
            json,
        };
        SetAction(
            command,
            json,
            result =>
                (result.GetValue(target), result.GetValue(all)) switch
                {
                    ({ } one, false) => new OperatorRequest
                    {
                        Command = OperatorCommand.Retry,
                        Recipe = one.Recipe,
                        Version = one.Version,
                    },
                    (null, true) => new OperatorRequest { Command = OperatorCommand.Retry },
                    (null, false) => throw new UsageErrorException("name a recipe, or give --all"),
                    _ => throw new UsageErrorException("--all and a recipe contradict each other"),
                }
        );
        return command;
    }

    private Command Rebuild()
    {
        Option<bool> json = Json();
        Argument<IReadOnlyList<RecipeVersion>> targets = Listed(
            CommandOptions.ParsedArguments<RecipeVersion>(
                "RECIPE[@VERSION]",
                "The recipes; without a version the newest that is published.",
                RecipeVersion.TryParse
            )
        );
        Option<bool> dependents = CommandOptions.Flag(
            "--dependents",
            "Also rebuild the recipes that depend on them, directly or through others."
        );
        Option<string> reason = CommandOptions.Text("--reason", "TEXT", "Why, for the history.", required: true);
        Option<bool> dry = CommandOptions.Flag("--dry-run", "Only tell what would be rebuilt.");
        Command command = new(
            "rebuild",
            "Build again what is published, each under the next revision, in the order of dependencies."
        )
        {
            targets,
            dependents,
            reason,
            dry,
            json,
        };
        SetAction(
            command,
            json,
            result => new OperatorRequest
            {
                Command = OperatorCommand.Rebuild,
                Targets =
                [
                    .. result
                        .GetRequiredValue(targets)
                        .Select(t => t.Version is null ? t.Recipe : $"{t.Recipe}@{t.Version}"),
                ],
                Dependents = result.GetValue(dependents),
                Reason = result.GetValue(reason),
                DryRun = result.GetValue(dry),
            }
        );
        return command;
    }

    private Command Release()
    {
        Option<bool> json = Json();
        Argument<RecipeVersion> target = Target("RECIPE[@VERSION]", "What is held; without a version the only one.");
        Option<string> reason = CommandOptions.Text("--reason", "TEXT", "Why, for the history.");
        Command command = new("release", "Publish what is held, although published packages then lack something.")
        {
            target,
            reason,
            json,
        };
        SetAction(
            command,
            json,
            result => new OperatorRequest
            {
                Command = OperatorCommand.Release,
                Recipe = result.GetRequiredValue(target).Recipe,
                Version = result.GetRequiredValue(target).Version,
                Reason = result.GetValue(reason),
            }
        );
        return command;
    }

    private Command Stop(string name, string word, string description, string reasonDescription)
    {
        Option<bool> json = Json();
        Argument<RecipeVersion> target = Target("RECIPE[@VERSION]", "The version, or the number of an attempt.");
        Option<string> reason = CommandOptions.Text("--reason", "TEXT", reasonDescription);
        Command command = new(name, description) { target, reason, json };
        SetAction(
            command,
            json,
            result =>
            {
                RecipeVersion named = result.GetRequiredValue(target);
                return new OperatorRequest
                {
                    Command = word,
                    Attempt = named.Attempt,
                    Recipe = named.Attempt is null ? named.Recipe : null,
                    Version = named.Version,
                    Reason = result.GetValue(reason),
                };
            }
        );
        return command;
    }

    private Command Pause(string name, string word, string description)
    {
        Option<bool> json = Json();
        Argument<string?> recipe = Optional("RECIPE", "Only this recipe.");
        Command command = new(name, description) { recipe, json };
        Option<string>? reason = null;
        if (word == OperatorCommand.Pause)
        {
            reason = CommandOptions.Text("--reason", "TEXT", "Why, for whoever wonders.");
            command.Options.Add(reason);
        }

        SetAction(
            command,
            json,
            result => new OperatorRequest
            {
                Command = word,
                Recipe = result.GetValue(recipe),
                Reason = reason is null ? null : result.GetValue(reason),
            }
        );
        return command;
    }

    private Command Pool()
    {
        Option<bool> json = Json();
        Argument<string> action = CommandOptions.ParsedArgument<string>(
            "ACTION",
            "list, drain (begin no more builds there), resume, or test (send a small build there and back).",
            PoolAction
        );
        action.CompletionSources.Add(PoolActions);
        Argument<string?> pool = new("POOL")
        {
            Description = "The pool; \"list\" shows all.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> reason = CommandOptions.Text("--reason", "TEXT", "Why it is drained, for whoever wonders.");
        Command command = new(
            "pool",
            "Show the pools where builds run, drain and resume one, or try whether it builds."
        )
        {
            action,
            pool,
            reason,
            json,
        };
        command.SetAction(
            async (result, stop) =>
            {
                string word = result.GetRequiredValue(action);
                string? name = result.GetValue(pool);
                if (word == "list" != name is null)
                {
                    throw new UsageErrorException(
                        name is null
                            ? $"name the pool to {word}; \"peipkg-manager pool list\" shows them"
                            : "list takes no pool"
                    );
                }

                if (word != "drain" && result.GetResult(reason) is not null)
                {
                    throw new UsageErrorException("--reason belongs to drain");
                }

                OperatorRequest request = new()
                {
                    Command = "pool " + word,
                    Pool = name,
                    Reason = result.GetValue(reason),
                };
                return name is null
                    ? await AskAsync(
                        result,
                        result.GetValue(json),
                        request,
                        reply => reply.Pools!,
                        Indented.PoolsDocument,
                        (tables, document) => tables.Write(document),
                        stop
                    )
                    : await AskAsync(
                        result,
                        result.GetValue(json),
                        request,
                        reply => reply.Action!,
                        Indented.ActionDocument,
                        (tables, document) => tables.Write(document),
                        stop
                    );
            }
        );
        return command;
    }

    private static bool PoolAction(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = PoolActions.Contains(value, StringComparer.Ordinal)
            ? null
            : $"\"{text}\" is none of {string.Join(", ", PoolActions)}{NearestName.Suggestion(value, PoolActions)}";
        return error is null;
    }

    private Command Ack()
    {
        Option<bool> json = Json();
        Argument<string> trouble = CommandOptions.Argument(
            "TROUBLE",
            "Its name, as \"status\" shows it; \"clock\" says that the clock is right."
        );
        Option<string> reason = CommandOptions.Text("--reason", "TEXT", "Why it is no trouble, for whoever wonders.");
        Option<DateTimeOffset> until = CommandOptions.Parsed<DateTimeOffset>(
            "--until",
            "TIME",
            "When it counts again: a date (2026-12-31), a time (2026-12-31T12:00:00Z) or a duration from now (48h).",
            End
        );
        Command command = new("ack", "Acknowledge a trouble: it does not count until it ends, or until a time.")
        {
            trouble,
            reason,
            until,
            json,
        };
        SetAction(
            command,
            json,
            result => new OperatorRequest
            {
                Command = OperatorCommand.Ack,
                Trouble = result.GetRequiredValue(trouble),
                Reason = result.GetValue(reason),
                Until = result.GetResult(until) is null ? null : result.GetValue(until),
            }
        );
        return command;
    }

    private bool End(string? text, out DateTimeOffset value, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (GoDuration.TryParse(text, out TimeSpan duration, out _) && duration > TimeSpan.Zero)
        {
            value = world.Clock.GetUtcNow() + duration;
            return true;
        }

        if (
            DateTimeOffset.TryParseExact(
                text,
                ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out value
            )
        )
        {
            return true;
        }

        error = $"\"{text}\" is neither a date (2026-12-31), a time (2026-12-31T12:00:00Z) nor a duration (48h)";
        return false;
    }

    private Command Reload()
    {
        Option<bool> json = Json();
        Command command = new(
            "reload",
            "Let the manager read the configuration and the recipes again, as SIGHUP does, and say what came of it."
        )
        {
            json,
        };
        SetAction(command, json, _ => new OperatorRequest { Command = OperatorCommand.Reload });
        return command;
    }

    private Command Drain()
    {
        Option<bool> json = Json();
        Command command = new("drain", "Let the manager finish what is under way, publish and sync it, and exit.")
        {
            json,
        };
        SetAction(command, json, _ => new OperatorRequest { Command = OperatorCommand.Drain });
        return command;
    }

    private Command Gc()
    {
        Option<bool> json = Json();
        Option<bool> dry = CommandOptions.Flag("--dry-run", "Only tell what would be removed.");
        Command command = new("gc", "Remove the logs and leftovers that [retention] no longer keeps.") { dry, json };
        SetAction(
            command,
            json,
            result => new OperatorRequest { Command = OperatorCommand.Gc, DryRun = result.GetValue(dry) }
        );
        return command;
    }

    private Command Log()
    {
        Option<bool> json = CommandOptions.Flag("--json", "One JSON object for each line.");
        Option<bool> follow = CommandOptions.Flag("--follow", "Go on until the attempt ends.");
        Option<bool> raw = CommandOptions.Flag("--raw", "Leave control characters as they are.");
        Argument<RecipeVersion> target = Target(
            "BUILD",
            "The number of an attempt, or RECIPE[@VERSION] for its latest."
        );
        Command command = new("log", "Print the log of an attempt.") { target, follow, raw, json };
        command.SetAction(
            async (result, stop) =>
            {
                RecipeVersion named = result.GetRequiredValue(target);
                LogCommand log = new(world)
                {
                    Follow = result.GetValue(follow),
                    Raw = result.GetValue(raw),
                    Json = result.GetValue(json),
                };
                using FarmAccess farm = await FarmAccess.OpenAsync(LoadConfig(result), world, stop);
                try
                {
                    await log.RunAsync(farm, named, stop);
                    return ExitCode.Success;
                }
                catch (OperationCanceledException) when (log.Follow && stop.IsCancellationRequested)
                {
                    // The usual way to end it.
                    return world.Signals.FirstExitCode;
                }
            }
        );
        return command;
    }

    private void SetAction(Command command, Option<bool> json, Func<ParseResult, OperatorRequest> request) =>
        SetAction(
            command,
            json,
            request,
            reply => reply.Action!,
            Indented.ActionDocument,
            (tables, document) => tables.Write(document)
        );

    private void SetAction<T>(
        Command command,
        Option<bool> json,
        Func<ParseResult, OperatorRequest> request,
        Func<OperatorReply, T> pick,
        JsonTypeInfo<T> type,
        Action<FarmTables, T> table
    ) =>
        command.SetAction(
            async (result, stop) =>
                await AskAsync(result, result.GetValue(json), request(result), pick, type, table, stop)
        );

    private async Task<int> AskAsync<T>(
        ParseResult result,
        bool json,
        OperatorRequest request,
        Func<OperatorReply, T> pick,
        JsonTypeInfo<T> type,
        Action<FarmTables, T> table,
        CancellationToken stop
    )
    {
        using FarmAccess farm = await FarmAccess.OpenAsync(LoadConfig(result), world, stop);
        T document = pick(await farm.AskAsync(request, stop));
        if (json)
        {
            await world.Stdout.WriteLineAsync(JsonSerializer.Serialize(document, type));
        }
        else
        {
            table(new FarmTables(world.Stdout, world.Columns, world.Clock.GetUtcNow()), document);
        }

        return ExitCode.Success;
    }

    private ManagerConfig LoadConfig(ParseResult result) => ManagerProgram.LoadConfig(result.GetRequiredValue(config));

    private static Option<bool> Json() => CommandOptions.Flag("--json", "Report in JSON.");

    private Argument<string?> Optional(string name, string description) =>
        Listed(new Argument<string?>(name) { Description = description, Arity = ArgumentArity.ZeroOrOne });

    private Argument<RecipeVersion> Target(string name, string description) =>
        Listed(CommandOptions.ParsedArgument<RecipeVersion>(name, description, RecipeVersion.TryParse));

    private Argument<T> Listed<T>(Argument<T> argument)
    {
        argument.CompletionSources.Clear();
        argument.CompletionSources.Add(context => RecipeNames.Complete(context, config));
        return argument;
    }

    private Argument<RecipeVersion?> OptionalTarget(string name, string description) =>
        Listed(
            new Argument<RecipeVersion?>(name)
            {
                Description = description,
                Arity = ArgumentArity.ZeroOrOne,
                CustomParser = result =>
                {
                    if (RecipeVersion.TryParse(result.Tokens[0].Value, out RecipeVersion value, out string? error))
                    {
                        return value;
                    }

                    result.AddError(error);
                    return null;
                },
            }
        );

    private static bool Number(string? text, out long value, [NotNullWhen(false)] out string? error)
    {
        error =
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0
                ? null
                : $"\"{text}\" is not a number above 0";
        return error is null;
    }
}

/// <summary>A recipe with perhaps a version or tag, or an attempt by its number.</summary>
internal sealed record RecipeVersion(string Recipe, string? Version)
{
    /// <summary>The attempt's number, where that is all there is.</summary>
    public long? Attempt =>
        Version is null && long.TryParse(Recipe, NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? id
            : null;

    public static bool TryParse(string? text, out RecipeVersion value, [NotNullWhen(false)] out string? error)
    {
        string[] parts = (text ?? "").Split('@', 2);
        value = new RecipeVersion(parts[0], parts.Length > 1 ? parts[1] : null);
        error =
            value.Recipe.Length == 0 || value.Version?.Length == 0
                ? $"\"{text}\" is not written RECIPE or RECIPE@VERSION"
                : null;
        return error is null;
    }
}
