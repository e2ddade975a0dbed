using System.Text;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Repo.Commands;
using Peipkg.Repo.World;

StandardDescriptors.OpenClosed();
LastResort.Prepare(RepoCommandLine.Program);
using TerminationSignals signals = new();
using TextReader input = new StreamReader(
    Console.OpenStandardInput(),
    new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
);
using TextWriter output = StandardStreams.Output(StandardStreams.OpenOutput());
using TextWriter error = StandardStreams.Error(StandardStreams.OpenError());
Diagnostics diagnostics = new(
    RepoCommandLine.Program,
    DiagnosticsOutput.StandardError(
        error,
        ProcessEnvironment.From(Environment.GetEnvironmentVariables()),
        TimeProvider.System
    )
);
OperationContext context = new(input, output, diagnostics, TimeProvider.System);
int code = CommandLineHost.Invoke(
    RepoCommandLine.Create(context, signals.Token),
    args,
    output,
    diagnostics,
    signals.Token
);
return signals.ExitCodeFor(code);
