using System.CommandLine;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Completion;

/// <summary>
/// <c>completion bash|zsh|fish</c>: prints the script with which a shell completes the program's command line. The scripts
/// know nothing of the program: at every completion they ask it (<see cref="Suggestions"/>).
/// </summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    internal static Command Create(Command root, TextWriter stdout)
    {
        Argument<string> shell = CommandOptions.ChoiceArgument("SHELL", $"One of {string.Join(", ", Shells)}.", Shells);
        Command command = new("completion", "Print a completion script for a shell.") { shell };
        command.SetAction(result =>
        {
            stdout.Write(
                result.GetRequiredValue(shell) switch
                {
                    "bash" => Bash(root.Name),
                    "zsh" => Zsh(root.Name),
                    _ => Fish(root.Name),
                }
            );
            return ExitCode.Success;
        });
        return command;
    }

    // bash hands "--option=value" over as three words, and completes the last of them.
    private static string Bash(string program) =>
        $$"""
            # bash completion for {{program}}, made by "{{program}} completion bash"

            _{{program.Replace('-', '_')}}() {
                local i word words=() label
                COMPREPLY=()
                for ((i = 1; i <= COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if ((i > 1)) && [[ $word == = || ${COMP_WORDS[i - 1]} == = ]]; then
                        words[-1]+=$word
                    else
                        words+=("$word")
                    fi
                done
                while IFS=$'\t' read -r label _; do
                    case $label in
                        {{Suggestions.Files}}) compopt -o default ;;
                        {{Suggestions.Directories}}) compopt -o dirnames ;;
                        *) [[ ${words[-1]} != -*=* ]] || label=${label#*=}; COMPREPLY+=("$label") ;;
                    esac
                done < <({{program}} '{{Suggestions.Directive}}' "${words[@]}" 2> /dev/null)
            }

            complete -F _{{program.Replace('-', '_')}} {{program}}

            """.ReplaceLineEndings("\n");

    // As a file in $fpath the script is the function's body; sourced, it registers itself.
    private static string Zsh(string program) =>
        $$"""
            #compdef {{program}}
            # zsh completion for {{program}}, made by "{{program}} completion zsh"

            _{{program}}() {
                local line label current=$PREFIX
                local -a found
                [[ $current != -*=* ]] || compset -P 1 '*='
                for line in "${(@f)$({{program}} '{{Suggestions.Directive}}' "${(@Q)words[2,CURRENT-1]}" "$current" 2> /dev/null)}"; do
                    label=${line%%$'\t'*}
                    case $label in
                        '') ;;
                        {{Suggestions.Files}}) _files && return ;;
                        {{Suggestions.Directories}}) _files -/ && return ;;
                        *) [[ $current != -*=* ]] || label=${label#*=}; found+=("${label//:/\\:}:${line#*$'\t'}") ;;
                    esac
                done
                _describe value found
            }

            if [ "$funcstack[1]" = _{{program}} ]; then
                _{{program}} "$@"
            else
                compdef _{{program}} {{program}}
            fi

            """.ReplaceLineEndings("\n");

    private static string Fish(string program) =>
        $$"""
            # fish completion for {{program}}, made by "{{program}} completion fish"

            function __{{program.Replace('-', '_')}}_complete
                set -l words (commandline -opc)
                set -l current (commandline -ct)
                set -l option (string match -r -- '^-.*?=' $current)
                for line in ({{program}} '{{Suggestions.Directive}}' $words[2..-1] "$current" 2> /dev/null)
                    switch $line
                        case '{{Suggestions.Files}}*'
                            string replace -r -- '^' "$option" (__fish_complete_path (string replace -- "$option" '' "$current"))
                        case '{{Suggestions.Directories}}*'
                            string replace -r -- '^' "$option" (__fish_complete_directories (string replace -- "$option" '' "$current"))
                        case '*'
                            echo $line
                    end
                end
            end

            complete -c {{program}} -f -a '(__{{program.Replace('-', '_')}}_complete)'

            """.ReplaceLineEndings("\n");
}
