using System.CommandLine;
using System.Text;

namespace Peipkg.CommandLine.Help;

/// <summary>
/// A program's manual page in the man macros: the same texts as its help, so that the two cannot differ. The page is the
/// same bytes for the same program.
/// </summary>
internal static class ManualPage
{
    private const int LongestLine = 80;

    internal static string Write(Command root)
    {
        StringBuilder text = new();
        text.Append(
            $"""
            .\" Made by "{root.Name} man"; do not edit.
            .TH {Escape(root.Name.ToUpperInvariant())} 1 "" "{Escape($"{root.Name} {ProductVersion.Number}")}" "Peipkg"
            .SH NAME
            {Line($"{root.Name} - {LowerFirst((root.Description ?? "").TrimEnd('.'))}")}
            .SH SYNOPSIS

            """
        );
        text.AppendJoin(".PP\n", Runnable([root]).Select(path => Line(HelpWriter.Usage(path)) + "\n"));
        text.Append(".SH DESCRIPTION\n").Append(Line(root.Description ?? "")).Append('\n');
        text.Append("Results go to standard output, everything else to standard error.\n");
        WriteOptions(text, "OPTIONS", root);
        if (root.Subcommands.Any(command => !command.Hidden))
        {
            text.Append(".SH COMMANDS\n");
            foreach (IReadOnlyList<Command> path in Runnable([root]).Where(path => path.Count > 1))
            {
                WriteCommand(text, path);
            }
        }

        text.Append(
            $"""
            .SH EXIT STATUS
            .TP
            .B 0
            Everything that was asked for is done.
            .TP
            .B 1
            A failure; the reason is on standard error. A missing required option is one.
            .TP
            .B 2
            An unknown option or command, or a malformed value.
            .TP
            .B 130
            Interrupted by SIGINT, after cleaning up; 143 for SIGTERM.
            A second signal ends the program at once.
            .SH ENVIRONMENT
            .TP
            .B NO_COLOR
            Any value turns colours off; they are used on terminals only.
            .TP
            .B TERM
            A terminal called \(lqdumb\(rq gets plain lines.
            .TP
            .B PEIPKG_BACKTRACE
            \(lq1\(rq prints the exception behind an error message.

            """
        );
        return text.ToString();
    }

    private static IEnumerable<IReadOnlyList<Command>> Runnable(IReadOnlyList<Command> path)
    {
        Command command = path[^1];
        IEnumerable<IReadOnlyList<Command>> below = command
            .Subcommands.Where(child => !child.Hidden)
            .SelectMany(child => Runnable([.. path, child]));
        return command.Action is null ? below : below.Prepend(path);
    }

    private static void WriteCommand(StringBuilder text, IReadOnlyList<Command> path)
    {
        Command command = path[^1];
        text.Append($".SS \"{Escape(string.Join(' ', path.Select(part => part.Name)))}\"\n");
        text.Append(Line(command.Description ?? "")).Append('\n');
        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            text.Append($".TP\n.I {Escape(argument.Name)}\n{Line(argument.Description ?? "")}\n");
        }

        WriteRows(text, command.Options.Where(option => !option.Recursive));
    }

    private static void WriteOptions(StringBuilder text, string title, Command command)
    {
        text.Append($".SH {title}\n");
        if (command.Subcommands.Any(child => !child.Hidden))
        {
            text.Append("These are understood by every command, besides those listed with it.\n");
        }

        WriteRows(text, command.Options);
    }

    private static void WriteRows(StringBuilder text, IEnumerable<Option> options)
    {
        foreach (Option option in options.Where(option => !option.Hidden).OrderByDescending(option => option.Required))
        {
            string names = string.Join("\\fR, \\fB", HelpWriter.Names(option).Select(Escape));
            string value =
                option.Arity.MaximumNumberOfValues == 0 ? ""
                : option.Arity.MinimumNumberOfValues == 0 ? $"[=\\fI{Escape(option.HelpName ?? "VALUE")}\\fR]"
                : $" \\fI{Escape(option.HelpName ?? "VALUE")}\\fR";
            text.Append($".TP\n\\fB{names}\\fR{value}\n{Line(HelpWriter.Describe(option))}\n");
        }
    }

    private static string LowerFirst(string text) =>
        text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    // Input lines are short by convention; where they end means nothing.
    private static string Line(string text)
    {
        StringBuilder lines = new();
        foreach (string paragraph in text.Split('\n'))
        {
            int length = 0;
            foreach (string word in paragraph.Split(' ').Select(Escape))
            {
                bool breaks = length > 0 && length + 1 + word.Length > LongestLine;
                lines.Append(
                    length == 0 ? ""
                    : breaks ? "\n"
                    : " "
                );
                length = breaks || length == 0 ? 0 : length + 1;

                // A line that begins with a control character of roff would be a request.
                string safe = length == 0 && word is ['.' or '\'', ..] ? "\\&" + word : word;
                lines.Append(safe);
                length += safe.Length;
            }

            lines.Append('\n');
        }

        return lines.ToString(0, lines.Length - 1);
    }

    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        foreach (char c in text)
        {
            _ = c switch
            {
                '\\' => escaped.Append("\\e"),
                '-' => escaped.Append("\\-"),
                '"' => escaped.Append("\\(dq"),
                '\'' => escaped.Append("\\(aq"),
                '^' => escaped.Append("\\(ha"),
                '~' => escaped.Append("\\(ti"),
                '`' => escaped.Append("\\(ga"),
                '…' => escaped.Append("..."),
                '–' => escaped.Append("\\(en"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
