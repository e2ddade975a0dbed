using System.Text;

namespace Peipkg.CommandLine.Completion;

/// <summary>The completion script for fish: one function that says where on the command line we are, and a line for everything.</summary>
internal static class FishCompletion
{
    internal static string Write(CompletedCommand root)
    {
        string function = "__" + root.Name.Replace('-', '_') + "_at";
        StringBuilder text = new();
        text.Append(
            $$"""
            # fish completion for {{root.Name}}, made by "{{root.Name}} completion fish"

            # Succeeds where the words before the cursor lead to the command "$argv[1]" with $argv[2] arguments after it.
            function {{function}}
                set -l at ''
                set -l count 0
                set -l skip no
                for word in (commandline -opc)[2..-1]
                    if test $skip = yes
                        set skip no
                        continue
                    end
                    switch "$at $word"

            """
        );
        string[] valued =
        [
            .. root.All()
                .SelectMany(command =>
                    command
                        .Options.Where(option => option.Value is not null)
                        .SelectMany(option => option.Names)
                        .Select(name => Quote($"{command.Path} {name}"))
                ),
        ];
        if (valued.Length > 0)
        {
            text.Append($"            case {string.Join(' ', valued)}\n                set skip yes\n");
        }

        text.Append("            case '* -*'\n");
        foreach (CompletedCommand command in root.All().Where(command => command.Path.Length > 0))
        {
            string parent = command.Path.Contains(' ', StringComparison.Ordinal)
                ? command.Path[..command.Path.LastIndexOf(' ')]
                : "";
            text.Append(
                $"            case {Quote($"{parent} {command.Name}")}\n                set at {Quote(command.Path)}\n"
            );
        }

        text.Append(
            $"""
                        case '*'
                            set count (math $count + 1)
                    end
                end
                test "$at" = "$argv[1]"; and begin
                    test (count $argv) -lt 2; or test $count = $argv[2]
                end
            end

            complete -c {root.Name} -f

            """
        );
        foreach (CompletedCommand command in root.All())
        {
            WriteCommand(text, root, command, function);
        }

        return text.ToString();
    }

    private static void WriteCommand(
        StringBuilder text,
        CompletedCommand root,
        CompletedCommand command,
        string function
    )
    {
        string start = $"complete -c {root.Name} -n ";
        string here = Quote($"{function} {DoubleQuote(command.Path)}");
        string first = Quote($"{function} {DoubleQuote(command.Path)} 0");
        foreach (CompletedCommand child in command.Commands)
        {
            text.Append($"{start}{first} -a {child.Name} -d {Quote(child.Description)}\n");
        }

        for (int i = 0; i < command.Arguments.Count; i++)
        {
            CompletedValue argument = command.Arguments[i];
            string where = argument.Repeats ? here : Quote($"{function} {DoubleQuote(command.Path)} {i}");
            string offer = Offer(root, argument);
            if (offer.Length > 0)
            {
                text.Append($"{start}{where} {offer}\n");
            }
        }

        foreach (CompletedOption option in command.Options)
        {
            string names = string.Join(
                ' ',
                option.Names.Select(name =>
                    name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}"
                )
            );
            string value =
                option.Value is null ? ""
                : option.Value.Kind == CompletedKind.File ? " -r -F"
                : $" -x {Offer(root, option.Value)}".TrimEnd();
            text.Append($"{start}{here} {names}{value} -d {Quote(option.Description)}\n");
        }
    }

    private static string Offer(CompletedCommand root, CompletedValue value) =>
        value.Kind switch
        {
            CompletedKind.Choice => $"-a {Quote(string.Join(' ', value.Choices))}",
            CompletedKind.File => "-F",
            CompletedKind.Listed => $"-a '({root.Name} {value.Choices[0]} 2> /dev/null)'",
            CompletedKind.Directory => "-a '(__fish_complete_directories)'",
            _ => "",
        };

    private static string DoubleQuote(string text) => $"\"{text}\"";

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
