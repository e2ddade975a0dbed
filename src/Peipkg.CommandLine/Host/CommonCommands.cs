using System.CommandLine;
using System.CommandLine.Completions;
using Peipkg.CommandLine.Completion;
using Peipkg.CommandLine.Help;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;

namespace Peipkg.CommandLine.Host;

/// <summary>The commands and options that every tool has besides its own.</summary>
internal sealed class CommonCommands
{
    private CommonCommands() { }

    internal Option<bool> Help { get; } =
        new("--help", "-h")
        {
            Description = "Show this help and exit.",
            Arity = ArgumentArity.Zero,
            Recursive = true,
        };

    internal Option<bool> Version { get; } = CommandOptions.Flag("--version", "Show the version and exit.");

    internal Option<bool> Quiet { get; } =
        new("--quiet", "-q")
        {
            Description = "Show errors and warnings only.",
            Arity = ArgumentArity.Zero,
            Recursive = true,
        };

    internal Option<bool> Verbose { get; } =
        new("--verbose")
        {
            Description = "Show each step and how long it took.",
            Arity = ArgumentArity.Zero,
            Recursive = true,
        };

    /// <summary>Adds them to a program.</summary>
    /// <param name="root">The program.</param>
    /// <param name="verbosity">Whether it has <c>--quiet</c> and <c>--verbose</c>.</param>
    /// <param name="stdout">Where help, scripts and pages go.</param>
    /// <param name="diagnostics">Where mistakes go.</param>
    internal static CommonCommands AddTo(Command root, bool verbosity, TextWriter stdout, Diagnostics diagnostics)
    {
        CommonCommands common = new();
        root.Subcommands.Add(HelpCommand(root, stdout, diagnostics));
        root.Subcommands.Add(CompletionCommand.Create(root, stdout));
        root.Subcommands.Add(ManualCommand(root, stdout));
        AddVersion(root, common.Version);
        if (verbosity)
        {
            root.Options.Add(common.Quiet);
            root.Options.Add(common.Verbose);
        }

        root.Options.Add(common.Help);
        return common;
    }

    // peipkg-build's own --version names the version of a package, so a command that has one keeps it.
    private static void AddVersion(Command command, Option<bool> version)
    {
        if (command.Options.All(option => option.Name != version.Name))
        {
            command.Options.Add(version);
        }

        foreach (Command subcommand in command.Subcommands)
        {
            AddVersion(subcommand, version);
        }
    }

    private static Command HelpCommand(Command root, TextWriter stdout, Diagnostics diagnostics)
    {
        Argument<string[]> names = new("COMMAND")
        {
            Description = "The command to explain.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.CompletionSources.Add(_ =>
            root.Subcommands.Where(command => !command.Hidden).Select(command => new CompletionItem(command.Name))
        );
        Command help = new("help", "Explain a command.") { names };
        help.SetAction(result =>
        {
            List<Command> path = [root];
            foreach (string name in result.GetValue(names) ?? [])
            {
                if (CommandLineSyntax.Subcommand(path[^1], name) is not { } command)
                {
                    diagnostics.Error(CommandLineSyntax.UnknownCommand(path[^1], name));
                    return ExitCode.Usage;
                }

                path.Add(command);
            }

            HelpWriter.Write(path, stdout);
            return ExitCode.Success;
        });
        return help;
    }

    private static Command ManualCommand(Command root, TextWriter stdout)
    {
        Option<string> directory = CommandOptions.NamedPath(
            "--out",
            "DIR",
            $"Write {root.Name}.1 into this directory instead of standard output."
        );
        Command manual = new("man", "Print the manual page, for \"man -l -\" or a package's usr/share/man/man1.")
        {
            directory,
        };
        manual.SetAction(result =>
        {
            string page = ManualPage.Write(root);
            if (result.GetValue(directory) is not { } target)
            {
                stdout.Write(page);
                return ExitCode.Success;
            }

            Directory.CreateDirectory(target);
            string file = Path.Combine(target, root.Name + ".1");
            DurableFile.Write(file, System.Text.Encoding.UTF8.GetBytes(page));
            stdout.WriteLine(file);
            return ExitCode.Success;
        });
        return manual;
    }
}
