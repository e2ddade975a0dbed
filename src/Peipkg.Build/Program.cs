using Peipkg.Build;
using Peipkg.CommandLine;

using TerminationSignals signals = new();
using Stream rawOutput = StandardStreams.OpenOutput();
using Stream rawError = StandardStreams.OpenError();
using TextWriter output = StandardStreams.Output(rawOutput);
using TextWriter error = StandardStreams.Error(rawError);
Dictionary<string, string> variables = ProcessEnvironment.From(Environment.GetEnvironmentVariables());
DiagnosticsOutput diagnostics = DiagnosticsOutput.StandardError(error, variables, TimeProvider.System);
return signals.ExitCodeFor(BuildProgram.Run(args, output, diagnostics, variables, rawOutput, rawError, signals.Token));
