using Peipkg.Build;
using Peipkg.CommandLine;

using TerminationSignals signals = new();
using TextWriter output = StandardStreams.Output(Console.OpenStandardOutput());
using TextWriter error = StandardStreams.Error(Console.OpenStandardError());
Dictionary<string, string> variables = ProcessEnvironment.From(Environment.GetEnvironmentVariables());
DiagnosticsOutput diagnostics = DiagnosticsOutput.StandardError(error, variables, TimeProvider.System);
return signals.ExitCodeFor(BuildProgram.Run(args, output, diagnostics, variables, signals.Token));
