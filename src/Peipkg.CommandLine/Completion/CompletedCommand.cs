using System.CommandLine;
using System.CommandLine.Completions;

namespace Peipkg.CommandLine.Completion;

/// <summary>What a shell offers for a value.</summary>
internal enum CompletedKind
{
    /// <summary>Nothing: only the user knows.</summary>
    Anything,

    /// <summary>A word of a fixed set.</summary>
    Choice,

    /// <summary>A file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A line of what the program prints for the word in <see cref="CompletedValue.Choices"/>.</summary>
    Listed,
}

/// <summary>A value on the command line, as a shell completes it.</summary>
/// <param name="Name">The name that help shows. FILE, PATH, PACKAGE and RECIPE take files, DIR takes directories.</param>
/// <param name="Kind">What is offered.</param>
/// <param name="Choices">The words of a fixed set, or the command that lists them.</param>
/// <param name="Repeats">Whether further values of the kind may follow.</param>
internal sealed record CompletedValue(string Name, CompletedKind Kind, IReadOnlyList<string> Choices, bool Repeats);

/// <summary>An option as a shell completes it.</summary>
/// <param name="Names">Its spellings, the longest first.</param>
/// <param name="Description">Its first sentence, without the full stop.</param>
/// <param name="Value">Its value; null for a flag.</param>
internal sealed record CompletedOption(IReadOnlyList<string> Names, string Description, CompletedValue? Value);

/// <summary>
/// A command as a shell completes it. The three shells' scripts are written from this one reading of the command tree, so
/// that they offer the same.
/// </summary>
/// <param name="Path">The words that lead to it, separated by blanks; empty for the program.</param>
/// <param name="Name">The last of them, or the program's name.</param>
/// <param name="Description">Its first sentence, without the full stop.</param>
/// <param name="Options">Its options, inherited ones included.</param>
/// <param name="Arguments">Its arguments in their order.</param>
/// <param name="Commands">The commands below it.</param>
internal sealed record CompletedCommand(
    string Path,
    string Name,
    string Description,
    IReadOnlyList<CompletedOption> Options,
    IReadOnlyList<CompletedValue> Arguments,
    IReadOnlyList<CompletedCommand> Commands
)
{
    /// <summary>Reads a program's command tree.</summary>
    internal static CompletedCommand Read(Command root) => Read(root, "", []);

    /// <summary>This command and all below it.</summary>
    internal IEnumerable<CompletedCommand> All() => Commands.SelectMany(command => command.All()).Prepend(this);

    private static CompletedCommand Read(Command command, string path, IReadOnlyList<Option> inherited) =>
        new(
            path,
            command.Name,
            Summary(command.Description),
            [.. command.Options.Concat(inherited).Where(option => !option.Hidden).Select(Read)],
            [
                .. command
                    .Arguments.Where(argument => !argument.Hidden)
                    .Select(argument =>
                        Value(argument.Name, argument.Arity, argument.GetCompletions(CompletionContext.Empty))
                    ),
            ],
            [
                .. command
                    .Subcommands.Where(child => !child.Hidden)
                    .Select(child =>
                        Read(
                            child,
                            path.Length == 0 ? child.Name : $"{path} {child.Name}",
                            [.. inherited, .. command.Options.Where(option => option.Recursive)]
                        )
                    ),
            ]
        );

    private static CompletedOption Read(Option option) =>
        new(
            [.. option.Aliases.Append(option.Name).OrderByDescending(name => name.Length)],
            Summary(option.Description),
            option.Arity.MaximumNumberOfValues == 0
                ? null
                : Value(option.HelpName ?? "", option.Arity, option.GetCompletions(CompletionContext.Empty))
        );

    private static CompletedValue Value(string name, ArgumentArity arity, IEnumerable<CompletionItem> items)
    {
        CompletionItem[] offered = [.. items];
        string[] choices = [.. offered.Select(item => item.Label)];
        CompletedKind kind =
            offered is [ListedCompletion] ? CompletedKind.Listed
            : choices.Length > 0 ? CompletedKind.Choice
            : name is "DIR" ? CompletedKind.Directory
            : name is "FILE" or "PATH" or "PACKAGE" or "RECIPE" ? CompletedKind.File
            : CompletedKind.Anything;
        return new CompletedValue(name, kind, choices, arity.MaximumNumberOfValues > 1);
    }

    private static string Summary(string? description)
    {
        string text = description ?? "";
        int end = text.IndexOfAny(['\n', ';']);
        int stop = text.IndexOf(". ", StringComparison.Ordinal);
        end = end < 0 || (stop >= 0 && stop < end) ? stop : end;
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }
}
