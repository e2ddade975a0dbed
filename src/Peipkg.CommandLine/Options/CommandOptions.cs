using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Text;

namespace Peipkg.CommandLine.Options;

/// <summary>
/// The options the tools have. A value that is malformed is reported with the option's name and ends the tool with
/// <see cref="ExitCode.Usage"/>; whether a file exists is the operation's business.
/// </summary>
public static class CommandOptions
{
    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>An option whose value is any text that is not empty.</summary>
    public static Option<string> Text(string name, string valueName, string description, bool required = false) =>
        Parsed<string>(name, valueName, description, NotEmpty, required);

    /// <summary>An option whose value is the path of a file or directory.</summary>
    public static Option<string> Path(string name, string valueName, string description, bool required = false) =>
        Parsed<string>(name, valueName, description, PathText, required);

    /// <summary>An option whose value is the path of a directory, or of a file that cannot be standard output.</summary>
    public static Option<string> NamedPath(string name, string valueName, string description, bool required = false) =>
        Parsed<string>(name, valueName, description, NotStandardOutput, required);

    /// <summary>An option whose value has a parser of its own, such as <c>Timestamp.TryParse</c>.</summary>
    public static Option<T> Parsed<T>(
        string name,
        string valueName,
        string description,
        ValueParser<T> parser,
        bool required = false
    ) =>
        new(name)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.ExactlyOne,
            Required = required,
            CustomParser = result => ParseOne(result, parser),
        };

    /// <summary>The option that chooses an edition of the format.</summary>
    /// <param name="description">What is chosen; the names of the editions are added.</param>
    public static Option<Edition> Edition(string description) =>
        Parsed<Edition>(
            "--edition",
            "NAME",
            $"{description} Editions: {string.Join(", ", Format.Editions.Edition.All)}.",
            Format.Editions.Edition.TryParse
        );

    /// <summary>An option that may be given several times, each with one value.</summary>
    public static Option<IReadOnlyList<T>> Many<T>(
        string name,
        string valueName,
        string description,
        ValueParser<T> parser
    ) =>
        new(name)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [],
            CustomParser = result => ParseAll(result, parser),
        };

    /// <summary>An option that may be given several times, each with the path of a file.</summary>
    public static Option<IReadOnlyList<string>> Paths(string name, string valueName, string description) =>
        Many<string>(name, valueName, description, PathText);

    /// <summary>An option that takes one word of a fixed set.</summary>
    public static Option<string> Choice(string name, string description, string defaultValue, params string[] choices)
    {
        Option<string> option = Parsed<string>(name, string.Join('|', choices), description, OneOf(choices));
        option.DefaultValueFactory = _ => defaultValue;
        option.CompletionSources.Add(choices);
        return option;
    }

    /// <summary>An option that takes one word of a fixed set, after an equals sign, or none.</summary>
    public static Option<string> FlagOrChoice(string name, string description, params string[] choices)
    {
        Option<string> option = new(name)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result => result.Tokens.Count == 0 ? "" : ParseOne<string>(result, OneOf(choices)),
        };
        option.CompletionSources.Add(choices);
        return option;
    }

    /// <summary>A required argument that is one word of a fixed set.</summary>
    public static Argument<string> ChoiceArgument(string valueName, string description, params string[] choices)
    {
        Argument<string> argument = new(valueName)
        {
            Description = description,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => ParseOne<string>(result, OneOf(choices)),
        };
        argument.CompletionSources.Add(choices);
        return argument;
    }

    /// <summary>A required argument.</summary>
    public static Argument<string> Argument(string valueName, string description) =>
        ParsedArgument<string>(valueName, description, NotEmpty);

    /// <summary>A required argument that is the path of a file or directory.</summary>
    public static Argument<string> PathArgument(string valueName, string description) =>
        ParsedArgument<string>(valueName, description, PathText);

    /// <summary>A required argument whose value has a parser of its own.</summary>
    public static Argument<T> ParsedArgument<T>(string valueName, string description, ValueParser<T> parser) =>
        new(valueName)
        {
            Description = description,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => ParseOne(result, parser),
        };

    /// <summary>One argument or more.</summary>
    public static Argument<IReadOnlyList<string>> Arguments(string valueName, string description) =>
        ParsedArguments<string>(valueName, description, NotEmpty);

    /// <summary>One argument or more, each the path of a file or directory.</summary>
    public static Argument<IReadOnlyList<string>> PathArguments(string valueName, string description) =>
        ParsedArguments<string>(valueName, description, PathText);

    /// <summary>One argument or more, with a parser of their own.</summary>
    public static Argument<IReadOnlyList<T>> ParsedArguments<T>(
        string valueName,
        string description,
        ValueParser<T> parser
    ) =>
        new(valueName)
        {
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => ParseAll(result, parser),
        };

    /// <summary>Accepts any text but the empty one.</summary>
    public static bool NotEmpty(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = value.Length == 0 ? "the value is empty" : null;
        return error is null;
    }

    // Bytes that are not UTF-8 have become U+FFFD by now, and another file would be read or written than the one named.
    private static bool PathText(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        if (
            NotEmpty(text, out value, out error)
            && value.Contains('\ufffd', StringComparison.Ordinal)
            && !GivenWords.EndWith(value)
        )
        {
            error = $"{DisplayText.Quote(value)} is not UTF-8, and this program cannot reach such a path; rename it";
        }

        return error is null;
    }

    private static bool NotStandardOutput(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        if (PathText(text, out value, out error) && value == "-")
        {
            error = "standard output cannot be used here; name a place (./- for one that is called -)";
        }

        return error is null;
    }

    private static ValueParser<string> OneOf(string[] choices)
    {
        return Choose;

        bool Choose(string? text, out string value, [NotNullWhen(false)] out string? error)
        {
            value = text ?? "";
            error = choices.Contains(value, StringComparer.Ordinal)
                ? null
                : $"\"{value}\" is not one of {string.Join(", ", choices)}{NearestName.Suggestion(value, choices)}";
            return error is null;
        }
    }

    private static T? ParseOne<T>(ArgumentResult result, ValueParser<T> parser)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (parser(text, out T value, out string? error))
        {
            return value;
        }

        result.AddError(error);
        return default;
    }

    private static List<T> ParseAll<T>(ArgumentResult result, ValueParser<T> parser)
    {
        List<T> values = new(result.Tokens.Count);
        foreach (Token token in result.Tokens)
        {
            if (parser(token.Value, out T value, out string? error))
            {
                values.Add(value);
            }
            else
            {
                result.AddError(error);
            }
        }

        return values;
    }
}
