using System.Text;

namespace Peipkg.CommandLine.Completion;

/// <summary>
/// The completion script for bash. It needs nothing but bash itself, and completes <c>--option=value</c>, which bash hands
/// over as three words.
/// </summary>
internal static class BashCompletion
{
    internal static string Write(CompletedCommand root)
    {
        string function = "_" + root.Name.Replace('-', '_');
        StringBuilder text = new();
        text.Append(
            $$"""
            # bash completion for {{root.Name}}, made by "{{root.Name}} completion bash"

            {{function}}() {
                local cur=${COMP_WORDS[COMP_CWORD]} at='' option='' ended='' count=0 i word words=''
                COMPREPLY=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if [[ $ended ]]; then
                        count=$((count + 1))
                        continue
                    fi
                    case "$at $word" in
                        *' --') ended=yes ;;

            """
        );
        string[] valued =
        [
            .. root.All()
                .SelectMany(command =>
                    command
                        .Options.Where(option => option.Value is not null)
                        .SelectMany(option => option.Names)
                        .Select(name => $"'{command.Path} {name}'")
                ),
        ];
        if (valued.Length > 0)
        {
            text.Append(
                $$"""
                            {{string.Join("|", valued)}})
                                i=$((i + 1))
                                [[ ${COMP_WORDS[i]} != = ]] || i=$((i + 1))
                                if ((i >= COMP_CWORD)); then
                                    option=$word
                                    [[ $cur != = ]] || cur=''
                                fi
                                ;;

                """
            );
        }

        text.Append("            *' -'*) ;;\n");
        foreach (CompletedCommand command in root.All().Where(command => command.Path.Length > 0))
        {
            string parent = command.Path.Contains(' ', StringComparison.Ordinal)
                ? command.Path[..command.Path.LastIndexOf(' ')]
                : "";
            text.Append($"            '{parent} {command.Name}') at='{command.Path}' ;;\n");
        }

        text.Append(
            """
                        *) count=$((count + 1)) ;;
                    esac
                done
                if [[ $option ]]; then
                    case "$at $option" in

            """
        );
        foreach (CompletedCommand command in root.All())
        {
            foreach (CompletedOption option in command.Options.Where(option => option.Value is not null))
            {
                WriteValue(
                    text,
                    root,
                    string.Join('|', option.Names.Select(name => $"'{command.Path} {name}'")),
                    option.Value!
                );
            }
        }

        text.Append(
            """
                    esac
                elif [[ $cur == -* && ! $ended ]]; then
                    case $at in

            """
        );
        foreach (CompletedCommand command in root.All())
        {
            text.Append(
                $"            '{command.Path}') words='{string.Join(' ', command.Options.SelectMany(option => option.Names))}' ;;\n"
            );
        }

        text.Append(
            """
                    esac
                else
                    case "$at:$count" in

            """
        );
        foreach (CompletedCommand command in root.All())
        {
            if (command.Commands.Count > 0)
            {
                text.Append(
                    $"            '{command.Path}:0') words='{string.Join(' ', command.Commands.Select(child => child.Name))}' ;;\n"
                );
            }

            for (int i = 0; i < command.Arguments.Count; i++)
            {
                CompletedValue argument = command.Arguments[i];
                WriteValue(text, root, argument.Repeats ? $"'{command.Path}:'*" : $"'{command.Path}:{i}'", argument);
            }
        }

        text.Append(
            $$"""
                    esac
                fi
                [[ ! $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
            }

            complete -F {{function}} {{root.Name}}

            """
        );
        return text.ToString();
    }

    private static void WriteValue(StringBuilder text, CompletedCommand root, string pattern, CompletedValue value)
    {
        string action = value.Kind switch
        {
            CompletedKind.Choice => $"words='{string.Join(' ', value.Choices)}'",
            CompletedKind.File => "compopt -o default",
            CompletedKind.Directory => "compopt -o dirnames",
            CompletedKind.Listed => $"words=$({root.Name} {value.Choices[0]} 2> /dev/null)",
            _ => "",
        };
        if (action.Length > 0)
        {
            text.Append($"            {pattern}) {action} ;;\n");
        }
    }
}
