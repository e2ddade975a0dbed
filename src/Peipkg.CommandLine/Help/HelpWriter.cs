using System.CommandLine;

namespace Peipkg.CommandLine.Help;

/// <summary>
/// Writes the help of a command: what it is, how it is called, its commands, arguments and options. The layout does not
/// depend on the terminal, so that help can be compared and quoted.
/// </summary>
internal static class HelpWriter
{
    private const int Width = 100;
    private const int LongestLabel = 32;

    internal static void Write(IReadOnlyList<Command> path, TextWriter output)
    {
        Command command = path[^1];
        foreach (string line in Wrap(command.Description ?? "", Width))
        {
            output.WriteLine(line);
        }

        output.WriteLine();
        output.WriteLine($"Usage: {Usage(path)}");
        WriteRows(
            output,
            "Commands",
            command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? ""))
        );
        WriteRows(
            output,
            "Arguments",
            command.Arguments.Where(a => !a.Hidden).Select(a => (a.Name, a.Description ?? ""))
        );
        WriteRows(
            output,
            "Options",
            command
                .Options.Concat(path.SkipLast(1).SelectMany(c => c.Options).Where(o => o.Recursive))
                .Where(o => !o.Hidden)
                .OrderByDescending(o => o.Required)
                .Select(o => (Label(o), Describe(o)))
        );
    }

    internal static string Usage(IReadOnlyList<Command> path)
    {
        Command command = path[^1];
        string usage = string.Join(' ', path.Select(c => c.Name));
        if (command.Subcommands.Any(c => !c.Hidden))
        {
            usage += command.Action is null ? " COMMAND" : " [COMMAND]";
        }

        foreach (Option option in command.Options.Where(o => o.Required))
        {
            usage += $" {option.Name} {option.HelpName}";
        }

        if (command.Options.Any(o => !o.Required && !o.Hidden))
        {
            usage += " [OPTIONS]";
        }

        foreach (Argument argument in command.Arguments)
        {
            string shown = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "…" : argument.Name;
            usage += argument.Arity.MinimumNumberOfValues == 0 ? $" [{shown}]" : $" {shown}";
        }

        return usage;
    }

    /// <summary>An option's spellings, the short one first.</summary>
    internal static IEnumerable<string> Names(Option option) =>
        option.Aliases.Prepend(option.Name).OrderBy(name => name.Length);

    /// <summary>What an option does, whether it is required and what it is when left out.</summary>
    internal static string Describe(Option option) =>
        (option.Description ?? "")
        + (option.Required ? " (required)" : "")
        + (option.Arity.MaximumNumberOfValues > 1 ? " (may be given several times)" : "")
        + (
            !option.Required && option.HasDefaultValue && option.GetDefaultValue() is string { Length: > 0 } value
                ? $" (default: {value})"
                : ""
        );

    private static string Label(Option option)
    {
        string label = string.Join(", ", Names(option));
        return option.Arity.MaximumNumberOfValues == 0 ? label
            : option.Arity.MinimumNumberOfValues == 0 ? $"{label}[={option.HelpName}]"
            : $"{label} {option.HelpName}";
    }

    private static void WriteRows(TextWriter output, string title, IEnumerable<(string Label, string Text)> rows)
    {
        List<(string Label, string Text)> all = [.. rows];
        if (all.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{title}:");
        int column = Math.Min(all.Max(row => row.Label.Length), LongestLabel) + 4;
        foreach ((string label, string text) in all)
        {
            string start = "  " + label;
            foreach (string line in Wrap(text, Width - column))
            {
                if (start.Length > column - 2)
                {
                    output.WriteLine(start);
                    start = "";
                }

                output.WriteLine(start.PadRight(column) + line);
                start = "";
            }
        }
    }

    private static List<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        foreach (string paragraph in text.Split('\n'))
        {
            string line = "";
            foreach (string word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    lines.Add(line);
                    line = "";
                }

                line = line.Length == 0 ? word : $"{line} {word}";
            }

            lines.Add(line);
        }

        return lines;
    }
}
