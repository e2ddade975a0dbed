using System.Globalization;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Fetching;

/// <summary>Runs a program of the machine on what strangers made, within limits of memory, time and what it writes.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Arguments">Its arguments; never a secret.</param>
internal sealed record BoundedProgram(string Program, IReadOnlyList<string> Arguments)
{
    // ulimit counts memory in units of 1024 bytes and files in units of 512.
    private const string Limited =
        "ulimit -v 8388608; ulimit -c 0; ulimit -f \"$1\"; input=$2 output=$3; shift 3; exec \"$@\" < \"$input\"";

    /// <summary>What it reads.</summary>
    internal string Input { get; init; } = "/dev/null";

    /// <summary>The file that it writes; null answers what it says.</summary>
    internal string? Output { get; init; }

    /// <summary>The largest file that it may write, in bytes.</summary>
    internal long MostBytes { get; init; } = FetchLimits.ArchiveBytes;

    /// <summary>Where it runs.</summary>
    internal string Directory { get; init; } = "/";

    /// <summary>Its environment, beside the search path and the C locale.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Runs it.</summary>
    /// <returns>How it ended and what it said.</returns>
    /// <exception cref="UserErrorException">It is not installed.</exception>
    internal (ChildExit Exit, string Text) Run(ToolContext context)
    {
        string path =
            ProgramPath.Find(Program, context)
            ?? throw new UserErrorException($"{Program} is needed for this and is not on the PATH; install {Program}");
        using BoundedOutputStream said = new(FetchLimits.MessageBytes);
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                FileName = "/bin/sh",
                Arguments =
                [
                    "-c",
                    Output is null ? Limited : Limited + " > \"$output\"",
                    "sh",
                    (MostBytes / 512).ToString(CultureInfo.InvariantCulture),
                    Input,
                    Output ?? "",
                    path,
                    .. Arguments,
                ],
                Environment =
                [
                    .. Environment.Where(variable => variable.Key is not ("PATH" or "LC_ALL")),
                    new("PATH", ProgramPath.Of(context)),
                    new("LC_ALL", "C"),
                ],
                WorkingDirectory = Directory,
                StandardOutput = said,
                StandardError = said,
                Timeout = FetchLimits.Patience,
            },
            context.Cancellation
        );
        return (exit, said.Text().Trim());
    }

    /// <summary>Whether what it wrote was cut off, because it would have been larger than it may be.</summary>
    internal bool WasCut(ChildExit exit, string file) =>
        !exit.IsSuccess && File.Exists(file) && new FileInfo(file).Length >= MostBytes / 512 * 512;
}
