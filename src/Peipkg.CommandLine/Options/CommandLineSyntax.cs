using System.CommandLine;
using Peipkg.Format.Text;

namespace Peipkg.CommandLine.Options;

/// <summary>
/// Walks the words of a command line before they are parsed. The parser takes an unknown <c>--option</c> for a value
/// where values are allowed, and an empty <c>--option=</c> for one whose value follows; both are mistakes here.
/// </summary>
internal sealed class CommandLineSyntax
{
    // The parser's own number for "any number of values" must not overflow a sum.
    private const int MostWords = 1_000_000;

    private readonly List<Command> _path;
    private readonly List<string> _words = [];
    private readonly List<string> _problems = [];
    private readonly List<string> _seen = [];

    private CommandLineSyntax(Command root) => _path = [root];

    /// <summary>The command that the words name.</summary>
    internal Command Command => _path[^1];

    /// <summary>The root and the commands below it down to <see cref="Command"/>.</summary>
    internal IReadOnlyList<Command> Path => _path;

    /// <summary>The words for the parser, with empty values made explicit.</summary>
    internal IReadOnlyList<string> Words => _words;

    /// <summary>Unknown options and commands, missing and repeated values: all of them usage errors.</summary>
    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>The option at the end whose value is missing; null where there is none.</summary>
    internal Option? Awaiting { get; private set; }

    /// <summary>Whether <c>--</c> came: nothing after it is an option.</summary>
    internal bool OptionsEnded { get; private set; }

    /// <summary>How many of the words are arguments.</summary>
    internal int Positions { get; private set; }

    /// <summary>Whether an option that takes no value, such as <c>--help</c>, is among the words.</summary>
    internal bool Has(Option flag) => _seen.Contains(flag.Name);

    internal static CommandLineSyntax Walk(Command root, IReadOnlyList<string> words)
    {
        CommandLineSyntax syntax = new(root);
        bool commandEnded = false;
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word == "--")
            {
                syntax._words.AddRange(words.Skip(i));
                syntax.OptionsEnded = true;
                syntax.Positions += words.Count - i - 1;
                break;
            }

            if (word.Length > 1 && word[0] == '-')
            {
                i += syntax.TakeOption(word, i + 1 < words.Count ? words[i + 1] : null);
                continue;
            }

            syntax._words.Add(word);
            if (!commandEnded && Subcommand(syntax.Command, word) is { } command)
            {
                syntax._path.Add(command);
                continue;
            }

            commandEnded = true;
            syntax.Positions++;
            if (syntax.Command.Subcommands.Count > 0 && syntax.Command.Arguments.Count == 0)
            {
                // Nothing after an unknown command can be judged.
                syntax._problems.Add(UnknownCommand(syntax.Command, word));
                break;
            }

            if (
                syntax.Positions
                > syntax.Command.Arguments.Sum(argument => Math.Min(argument.Arity.MaximumNumberOfValues, MostWords))
            )
            {
                syntax._problems.Add($"unexpected argument \"{word}\"");
            }
        }

        return syntax;
    }

    internal static Command? Subcommand(Command command, string word) =>
        command.Subcommands.FirstOrDefault(c => c.Name == word || c.Aliases.Contains(word));

    internal static string UnknownCommand(Command command, string word) =>
        $"unknown command \"{word}\"{NearestName.Suggestion(word, command.Subcommands.Select(c => c.Name))}";

    /// <summary>The options that may be given here: the command's own, and those of the commands above it that are handed down.</summary>
    internal IEnumerable<Option> Options() =>
        Command.Options.Concat(_path.SkipLast(1).SelectMany(c => c.Options).Where(o => o.Recursive));

    /// <summary>The option with a name.</summary>
    internal Option? Find(string name) => Options().FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));

    /// <summary>Looks at one option and answers how many of the following words are its value.</summary>
    private int TakeOption(string word, string? next)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals];
        if (Find(name) is not { } option)
        {
            _problems.Add($"unknown option {name}{NearestName.Suggestion(name, Options().Select(o => o.Name))}");
            return 0;
        }

        if (option.Arity.MaximumNumberOfValues == 0)
        {
            if (equals >= 0)
            {
                _problems.Add($"option {name} takes no value");
            }

            _seen.Add(option.Name);
            _words.Add(word);
            return 0;
        }

        if (option.Arity.MaximumNumberOfValues == 1 && _seen.Contains(option.Name))
        {
            _problems.Add($"option {name} is given more than once");
        }

        _seen.Add(option.Name);
        if (equals >= 0)
        {
            _words.AddRange(equals == word.Length - 1 ? [name, ""] : [word]);
            return 0;
        }

        if (option.Arity.MinimumNumberOfValues == 0)
        {
            // Its value may be left out, so it is never the next word.
            _words.Add(word);
            return 0;
        }

        if (next is null || next.StartsWith("--", StringComparison.Ordinal))
        {
            Awaiting = next is null ? option : null;
            _problems.Add(
                next is null
                    ? $"option {name} needs a value"
                    : $"option {name} needs a value; one that begins with -- is written {name}=VALUE"
            );
            return 0;
        }

        // The inline form keeps the parser from taking a value for an option or a command.
        _words.AddRange(next.Length == 0 ? [name, ""] : [$"{name}={next}"]);
        return 1;
    }
}
