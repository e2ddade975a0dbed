using System.CommandLine;
using System.CommandLine.Parsing;
using Peipkg.CommandLine.Completion;
using Peipkg.CommandLine.Help;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;

namespace Peipkg.CommandLine.Host;

/// <summary>
/// Runs a tool's command line by the rules that all three tools share: exit 2 for an unknown option or command and for a
/// malformed value, exit 1 for every other failure, a missing required option included; <c>help</c>, <c>--help</c>,
/// <c>-h</c> and <c>--version</c> everywhere; one clear message for each problem, and a stack trace only under <c>PEIPKG_BACKTRACE=1</c>.
/// </summary>
public static class CommandLineHost
{
    private static readonly ParserConfiguration Parser = new()
    {
        EnablePosixBundling = false,
        ResponseFileTokenReplacer = null,
    };

    /// <summary>Parses the words and runs the command that they name.</summary>
    /// <param name="root">
    /// The program: its name is the one that messages carry. A new instance for every call, because help and version are
    /// added to it.
    /// </param>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="stdout">Results and help; flushed before this returns.</param>
    /// <param name="diagnostics">Everything else that is said; its verbosity is set here.</param>
    /// <param name="cancellation">What the commands' actions observe; cancelled by signals.</param>
    /// <param name="verbosity">Whether the program has <c>--quiet</c> and <c>--verbose</c>.</param>
    /// <returns>One of <see cref="ExitCode"/>, or what the command's action returned.</returns>
    public static int Invoke(
        Command root,
        IReadOnlyList<string> args,
        TextWriter stdout,
        Diagnostics diagnostics,
        CancellationToken cancellation,
        bool verbosity = true
    )
    {
        try
        {
            int code =
                Prepare(root, args, stdout, diagnostics, verbosity, out ParseResult? ready)
                ?? ready!.Invoke(Configuration(stdout));
            stdout.Flush();
            return code;
        }
#pragma warning disable CA1031 // The last line of defence: whatever it is becomes a message and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Report(exception, diagnostics, stdout, cancellation);
        }
    }

    /// <summary>The same for a program whose actions are asynchronous.</summary>
    /// <inheritdoc cref="Invoke"/>
    public static async Task<int> InvokeAsync(
        Command root,
        IReadOnlyList<string> args,
        TextWriter stdout,
        Diagnostics diagnostics,
        CancellationToken cancellation,
        bool verbosity = true
    )
    {
        try
        {
            int code =
                Prepare(root, args, stdout, diagnostics, verbosity, out ParseResult? ready)
                ?? await ready!.InvokeAsync(Configuration(stdout), cancellation);
            await stdout.FlushAsync(CancellationToken.None);
            return code;
        }
#pragma warning disable CA1031 // The last line of defence: whatever it is becomes a message and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Report(exception, diagnostics, stdout, cancellation);
        }
    }

    // The signals are the tool's own business, and so are exceptions.
    private static InvocationConfiguration Configuration(TextWriter stdout) =>
        new()
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = stdout,
            Error = TextWriter.Null,
        };

    private static int? Prepare(
        Command root,
        IReadOnlyList<string> args,
        TextWriter stdout,
        Diagnostics diagnostics,
        bool verbosity,
        out ParseResult? ready
    )
    {
        ready = null;
        CommonCommands common = CommonCommands.AddTo(root, verbosity, stdout, diagnostics);
        if (args is [Suggestions.Directive, ..])
        {
            Suggestions.Write(root, [.. args.Skip(1)], stdout);
            return ExitCode.Success;
        }

        CommandLineSyntax syntax = CommandLineSyntax.Walk(root, args);
        if (syntax.Has(common.Help))
        {
            HelpWriter.Write(syntax.Path, stdout);
            return ExitCode.Success;
        }

        if (syntax.Command.Options.Contains(common.Version) && syntax.Has(common.Version))
        {
            stdout.WriteLine(ProductVersion.Report(root.Name));
            return ExitCode.Success;
        }

        if (syntax.Has(common.Quiet) && syntax.Has(common.Verbose))
        {
            return Complain(syntax, ["--quiet and --verbose contradict each other"], ExitCode.Usage, diagnostics);
        }

        diagnostics.Verbosity =
            syntax.Has(common.Quiet) ? Verbosity.Quiet
            : syntax.Has(common.Verbose) ? Verbosity.Verbose
            : Verbosity.Normal;
        if (syntax.Problems.Count > 0)
        {
            return Complain(syntax, syntax.Problems, ExitCode.Usage, diagnostics);
        }

        if (syntax.Command.Action is null)
        {
            diagnostics.Error("no command given");
            StringWriter text = new() { NewLine = "\n" };
            HelpWriter.Write(syntax.Path, text);
            diagnostics.Line("\n" + text);
            return ExitCode.Failure;
        }

        ready = root.Parse(syntax.Words, Parser);
        List<string> missing = Missing(syntax.Command, ready);
        List<string> malformed = Malformed(ready);
        return malformed.Count > 0 ? Complain(syntax, [.. malformed, .. missing], ExitCode.Usage, diagnostics)
            : missing.Count > 0 ? Complain(syntax, missing, ExitCode.Failure, diagnostics)
            : null;
    }

    private static List<string> Missing(Command command, ParseResult result)
    {
        List<string> missing = [];
        foreach (Option option in command.Options)
        {
            if (option.Required && result.GetResult(option) is null or { IdentifierTokenCount: 0 })
            {
                missing.Add($"missing required option {option.Name} {option.HelpName}");
            }
        }

        foreach (Argument argument in command.Arguments)
        {
            if ((result.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MinimumNumberOfValues)
            {
                missing.Add($"missing argument {argument.Name}");
            }
        }

        return missing;
    }

    private static List<string> Malformed(ParseResult result)
    {
        List<string> malformed = [];
        foreach (ParseError error in result.Errors)
        {
            switch (error.SymbolResult)
            {
                case OptionResult { IdentifierTokenCount: > 0 } option:
                    malformed.Add($"{option.Option.Name}: {error.Message}");
                    break;
                case ArgumentResult { Tokens.Count: > 0, Parent: OptionResult option }:
                    malformed.Add($"{option.Option.Name}: {error.Message}");
                    break;
                case ArgumentResult { Tokens.Count: > 0 } argument:
                    malformed.Add($"{argument.Argument.Name}: {error.Message}");
                    break;
                case CommandResult:
                    malformed.Add(error.Message);
                    break;
            }
        }

        return malformed;
    }

    private static int Complain(
        CommandLineSyntax syntax,
        IEnumerable<string> problems,
        int code,
        Diagnostics diagnostics
    )
    {
        foreach (string problem in problems)
        {
            diagnostics.Error(problem);
        }

        string command = string.Join(' ', syntax.Path.Select(c => c.Name));
        diagnostics.Line($"Run \"{command} --help\" to see how it is used.");
        return code;
    }

    private static int Report(
        Exception exception,
        Diagnostics diagnostics,
        TextWriter stdout,
        CancellationToken cancellation
    )
    {
        if (exception is OperationCanceledException && cancellation.IsCancellationRequested)
        {
            diagnostics.Error("interrupted");
            return ExitCode.Interrupted;
        }

        try
        {
            // Results printed before the failure are still results.
            stdout.Flush();
        }
        catch (IOException)
        {
            // The same failure again: standard output is what cannot be written.
        }

        diagnostics.Error(Explain(exception));
        diagnostics.Backtrace(exception);
        return exception is UsageErrorException ? ExitCode.Usage : ExitCode.Failure;
    }

    /// <summary>What an exception means, in words for the person who ran the tool.</summary>
    internal static string Explain(Exception exception) =>
        exception switch
        {
            UserErrorException or UsageErrorException => exception.Message,
            FormatViolationException or KeyFileException or PackagingException => exception.Message,
            AggregateException { InnerExceptions: [Exception only] } => Explain(only),
            FileNotFoundException { FileName: null } when WorkingDirectory.IsGone =>
                "the working directory was removed; change into one that exists",
            UnauthorizedAccessException or IOException => exception.Message.Replace(
                " : '",
                ": '",
                StringComparison.Ordinal
            ),
            TaskSchedulerException { InnerException: { } inner } => Explain(inner),

            // The runtime could not start the thread that listens for signals, and says so of a file.
            TypeInitializationException { InnerException: IOException } => ProcessStartException.NoneLeft,
            TypeInitializationException { InnerException: { } inner } => Explain(inner),
            OutOfMemoryException or ThreadStartException => ProcessStartException.NoneLeft,
            OperationCanceledException => "the operation was cancelled",
            _ => $"internal error, please report it: {exception.GetType().Name}: {exception.Message}",
        };
}
