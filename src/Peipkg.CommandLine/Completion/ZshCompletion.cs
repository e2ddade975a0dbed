using System.Text;

namespace Peipkg.CommandLine.Completion;

/// <summary>The completion script for zsh, a function for each command in the words of its <c>_arguments</c>.</summary>
internal static class ZshCompletion
{
    internal static string Write(CompletedCommand root)
    {
        StringBuilder text = new();
        text.Append(
            $"#compdef {root.Name}\n# zsh completion for {root.Name}, made by \"{root.Name} completion zsh\"\n"
        );
        foreach (CompletedCommand command in root.All())
        {
            WriteFunction(text, root, command);
        }

        // As a file in $fpath the script is the function's body; sourced, it registers itself.
        text.Append(
            $$"""

            if [ "$funcstack[1]" = {{Function(root, root)}} ]; then
                {{Function(root, root)}} "$@"
            else
                compdef {{Function(root, root)}} {{root.Name}}
            fi

            """
        );
        return text.ToString();
    }

    private static void WriteFunction(StringBuilder text, CompletedCommand root, CompletedCommand command)
    {
        text.Append(
            $"\n{Function(root, command)}() {{\n    local curcontext=$curcontext context state line\n    typeset -A opt_args\n"
        );
        text.Append("    _arguments -C \\\n");
        foreach (CompletedOption option in command.Options)
        {
            text.Append($"        {Specification(root, option)} \\\n");
        }

        if (command.Commands.Count == 0)
        {
            for (int i = 0; i < command.Arguments.Count; i++)
            {
                CompletedValue argument = command.Arguments[i];
                text.Append(
                    $"        {Quote($"{(argument.Repeats ? "*" : $"{i + 1}")}{Message(root, argument)}")} \\\n"
                );
            }

            text.Append("        && return 0\n}\n");
            return;
        }

        text.Append(
            "        '1: :->command' \\\n        '*:: :->rest' && return 0\n    case $state in\n    command)\n        local -a commands=(\n"
        );
        foreach (CompletedCommand child in command.Commands)
        {
            text.Append($"            {Quote($"{child.Name}:{child.Description}")}\n");
        }

        text.Append(
            "        )\n        _describe -t commands command commands\n        ;;\n    rest)\n        case $line[1] in\n"
        );
        foreach (CompletedCommand child in command.Commands)
        {
            text.Append($"        {child.Name}) {Function(root, child)} ;;\n");
        }

        text.Append("        esac\n        ;;\n    esac\n}\n");
    }

    private static string Specification(CompletedCommand root, CompletedOption option)
    {
        // Those of one option exclude each other, unless it may be given again.
        bool repeats = option.Value?.Repeats == true;
        string exclusion = repeats ? "*" : $"({string.Join(' ', option.Names)})";
        string names =
            option.Names.Count == 1
                ? Quote(exclusion + Name(option, option.Names[0]) + Description(option) + Message(root, option.Value))
                : $"{Quote(exclusion)}{{{string.Join(',', option.Names.Select(name => Name(option, name)))}}}"
                    + Quote(Description(option) + Message(root, option.Value));
        return names;
    }

    private static string Name(CompletedOption option, string name) =>
        option.Value is not null && name.StartsWith("--", StringComparison.Ordinal) ? name + "=" : name;

    private static string Description(CompletedOption option) =>
        $"[{option.Description.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal)}]";

    private static string Message(CompletedCommand root, CompletedValue? value)
    {
        if (value is null)
        {
            return "";
        }

        string name = value.Name.Replace(":", "\\:", StringComparison.Ordinal);
        return value.Kind switch
        {
            CompletedKind.Choice => $":{name}:({string.Join(' ', value.Choices)})",
            CompletedKind.File => $":{name}:_files",
            CompletedKind.Directory => $":{name}:_files -/",
            CompletedKind.Listed =>
                $":{name}:{{compadd -- ${{(f)\"$({root.Name} {value.Choices[0]} 2> /dev/null)\"}}}}",
            _ => $":{name}: ",
        };
    }

    private static string Function(CompletedCommand root, CompletedCommand command) =>
        $"_{root.Name}" + (command.Path.Length == 0 ? "" : "__" + command.Path.Replace(' ', '_'));

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
