using Microsoft.Win32.SafeHandles;
using Peipkg.Build;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;
using Peipkg.Posix.Terminals;

StandardDescriptors.OpenClosed();
LastResort.Prepare(ToolContext.Program);
using TerminationSignals signals = new();
using Stream rawOutput = StandardStreams.OpenOutput();
using Stream rawError = StandardStreams.OpenError();
using TextWriter output = StandardStreams.Output(rawOutput);
using TextWriter error = StandardStreams.Error(rawError);
Dictionary<string, string> variables = ProcessEnvironment.From(Environment.GetEnvironmentVariables());
DiagnosticsOutput diagnostics = DiagnosticsOutput.StandardError(error, variables, TimeProvider.System);
using SafeFileHandle standardInput = new(StandardDescriptors.Input, ownsHandle: false);
ShellInput input = new(standardInput, Terminal.Is(StandardDescriptors.Input));
int code = signals.ExitCodeFor(
    BuildProgram.Run(
        args,
        output,
        diagnostics,
        variables,
        rawOutput,
        rawError,
        TimeProvider.System,
        signals.Token,
        input
    )
);
if (signals.Token.IsCancellationRequested)
{
    // Everything is cleaned up. Returning would wait for compression threads whose result nobody needs.
    ProcessExit.Now(code);
}

return code;
