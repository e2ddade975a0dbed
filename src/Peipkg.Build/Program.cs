using Peipkg.Build;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;

StandardDescriptors.OpenClosed();
LastResort.Prepare(ToolContext.Program);
using TerminationSignals signals = new();
using Stream rawOutput = StandardStreams.OpenOutput();
using Stream rawError = StandardStreams.OpenError();
using TextWriter output = StandardStreams.Output(rawOutput);
using TextWriter error = StandardStreams.Error(rawError);
Dictionary<string, string> variables = ProcessEnvironment.From(Environment.GetEnvironmentVariables());
DiagnosticsOutput diagnostics = DiagnosticsOutput.StandardError(error, variables, TimeProvider.System);
int code = signals.ExitCodeFor(
    BuildProgram.Run(args, output, diagnostics, variables, rawOutput, rawError, signals.Token)
);
if (signals.Token.IsCancellationRequested)
{
    // Everything is cleaned up. Returning would wait for compression threads whose result nobody needs.
    ProcessExit.Now(code);
}

return code;
