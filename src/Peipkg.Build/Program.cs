using System.Collections;
using Peipkg.Build;
using Peipkg.CommandLine;

using TerminationSignals signals = new();
using TextWriter output = StandardStreams.Output(Console.OpenStandardOutput());
using TextWriter error = StandardStreams.Error(Console.OpenStandardError());
Dictionary<string, string> variables = new(StringComparer.Ordinal);
foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
{
    variables[(string)variable.Key] = (string?)variable.Value ?? "";
}

return signals.ExitCodeFor(BuildProgram.Run(args, output, error, variables, signals.Token));
