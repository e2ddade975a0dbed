using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>
/// Runs objcopy on what a script has installed, where and as the script ran: the files are as foreign as the script.
/// </summary>
internal sealed class DebugProgram(Recipe recipe, BuildRequest request, StagingArea area, ToolContext context)
{
    private const int FilesAtOnce = 100;
    private const int MessageBytes = 64 << 10;
    private const int NotFound = 3;

    // A file is overwritten and not replaced, so that its other names still lead to it; writing takes setuid bits away.
    private const string Script = """
        set -e
        tool=
        for name in $1; do
            if command -v "$name" > /dev/null 2>&1; then tool=$name; break; fi
        done
        [ -n "$tool" ] || exit 3
        shift
        new=$HOME/.stripped
        while [ $# -gt 0 ]; do
            file=$DESTDIR/$2
            if [ -n "$3" ]; then
                debug=$DESTDIR/$3
                mkdir -p "${debug%/*}"
                if [ ! -e "$debug" ]; then
                    "$tool" --only-keep-debug "$file" "$debug"
                    chmod 644 "$debug"
                fi
                "$tool" "$1" --add-gnu-debuglink="$debug" "$file" "$new"
            else
                "$tool" -D "$1" "$file" "$new"
            fi
            chmod u+w "$file"
            cat "$new" > "$file"
            chmod "$4" "$file"
            rm -f "$new"
            shift 4
        done
        """;

    /// <summary>Splits files.</summary>
    /// <exception cref="UserErrorException">The program is missing, or cannot do it.</exception>
    internal void Split(IEnumerable<DebugFile> files)
    {
        foreach (IGrouping<string, DebugFile> machine in files.GroupBy(file => file.Machine))
        {
            foreach (DebugFile[] some in machine.Chunk(FilesAtOnce))
            {
                List<string> words = [];
                foreach (DebugFile file in some)
                {
                    words.AddRange([file.Strip, file.Path, file.Target ?? "", Convert.ToString(file.Mode, 8)]);
                }

                Run(machine.Key, words);
            }
        }
    }

    private void Run(string name, List<string> words)
    {
        bool isForeign = name != RecipeTarget.Machine.Text;

        // A foreign machine's own program goes before this machine's, which may know that machine too.
        string programs = isForeign ? $"{name}-linux-peios-objcopy {name}-linux-gnu-objcopy objcopy" : "objcopy";
        string install = isForeign ? $"binutils for {name}, such as binutils-{name}-linux-gnu," : "binutils";
        using BoundedOutputStream said = new(MessageBytes);
        ChildExit exit = ChildProcess.Run(
            ScriptCommand.Create(
                RecipeScript.Build(recipe),
                recipe,
                request,
                area,
                network: null,
                context,
                ["/bin/sh", "-c", Script, "sh", programs, .. words]
            ) with
            {
                StandardOutput = said,
                StandardError = said,
            },
            context.Cancellation
        );
        if (exit.Code == NotFound && said.TotalBytes == 0)
        {
            throw new UserErrorException(
                $"debug = true needs objcopy, which is not on the PATH{(request.Sandbox is null ? "" : " of the sandbox")}; install {install} where the script runs"
            );
        }

        if (!exit.IsSuccess)
        {
            throw new UserErrorException(
                $"debug = true: objcopy cannot split machine code for {name} ({exit})"
                    + (isForeign ? $"; install {install} where the script runs" : "")
                    + $"\n  {TerminalText.Escape(said.Text().Trim(), keepLines: true)}"
            );
        }
    }
}
