using System.CommandLine;
using System.CommandLine.Completions;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Completion;

/// <summary>
/// What a shell may offer at the end of an unfinished command line: <c>program '[suggest]' WORD…</c>, the last word the one
/// that is being typed. Each line is a whole word, a tab and what it means; or it says that files are completed here.
/// </summary>
/// <remarks>
/// The directive is that of System.CommandLine, but it takes words and not a line: only the shell knows how its line is
/// split. The library's own answer would not tell where files belong.
/// </remarks>
internal static class Suggestions
{
    /// <summary>The first word that asks for suggestions.</summary>
    internal const string Directive = "[suggest]";

    /// <summary>The line that asks the shell for files.</summary>
    internal const string Files = ":file";

    /// <summary>The line that asks the shell for directories.</summary>
    internal const string Directories = ":directory";

    /// <summary>Prints the suggestions.</summary>
    /// <param name="root">The program.</param>
    /// <param name="words">The words after the directive.</param>
    /// <param name="stdout">Where they go.</param>
    internal static void Write(Command root, IReadOnlyList<string> words, TextWriter stdout)
    {
        string current = words.Count > 0 ? words[^1] : "";
        CommandLineSyntax syntax = CommandLineSyntax.Walk(root, [.. words.SkipLast(1)]);
        CompletionContext context = root.Parse([.. syntax.Words, current]).GetCompletionContext();
        int equals = current.IndexOf('=', StringComparison.Ordinal);
        IEnumerable<(string Label, string? Meaning)> found =
            syntax.Awaiting is { } awaiting ? Values(awaiting.HelpName, awaiting.GetCompletions(context))
            : syntax.OptionsEnded || !current.StartsWith('-') ? Positional(syntax, context)
            : equals < 0 ? OptionNames(syntax)
            : syntax.Find(current[..equals]) is not { Arity.MaximumNumberOfValues: > 0 } option ? []
            : Values(option.HelpName, option.GetCompletions(context))
                .Select(value =>
                    value.Label is Files or Directories ? value : (current[..(equals + 1)] + value.Label, value.Meaning)
                );
        foreach ((string label, string? meaning) in found)
        {
            if (label is Files or Directories || label.StartsWith(current, StringComparison.Ordinal))
            {
                stdout.WriteLine($"{TerminalText.Escape(label)}\t{TerminalText.Escape(Summary(meaning))}");
            }
        }
    }

    private static IEnumerable<(string Label, string? Meaning)> OptionNames(CommandLineSyntax syntax) =>
        from option in syntax.Options()
        where !option.Hidden && (option.Arity.MaximumNumberOfValues > 1 || !syntax.Has(option))
        from name in option.Aliases.Append(option.Name).OrderByDescending(name => name.Length)
        select (name, option.Description);

    private static IEnumerable<(string Label, string? Meaning)> Positional(
        CommandLineSyntax syntax,
        CompletionContext context
    )
    {
        IEnumerable<(string Label, string? Meaning)> commands =
            syntax.Positions > 0
                ? []
                : syntax
                    .Command.Subcommands.Where(command => !command.Hidden)
                    .Select(command => (command.Name, command.Description));
        int before = 0;
        foreach (Argument argument in syntax.Command.Arguments.Where(argument => !argument.Hidden))
        {
            // Two numbers whose sum may be more than any number.
            if (syntax.Positions - before < argument.Arity.MaximumNumberOfValues)
            {
                return commands.Concat(Values(argument.Name, argument.GetCompletions(context)));
            }

            before += argument.Arity.MaximumNumberOfValues;
        }

        return commands;
    }

    // The words that are known; else what the name that help shows for the value says of it.
    private static IEnumerable<(string Label, string? Meaning)> Values(
        string? name,
        IEnumerable<CompletionItem> completions
    )
    {
        CompletionItem[] items = [.. completions];
        return items.Length > 0 ? items.Select(item => (item.Label, item.Detail))
            : name is "DIR" ? [(Directories, null)]
            : name is "FILE" or "PATH" or "PACKAGE" or "RECIPE" ? [(Files, null)]
            : [];
    }

    // The first sentence, without the full stop.
    private static string Summary(string? description)
    {
        string text = description ?? "";
        int end = text.IndexOfAny(['\n', ';']);
        int stop = text.IndexOf(". ", StringComparison.Ordinal);
        end = end < 0 || (stop >= 0 && stop < end) ? stop : end;
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }
}
