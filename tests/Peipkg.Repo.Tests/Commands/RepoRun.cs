using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Repo.Commands;
using Peipkg.Repo.Tests.World;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Tests.Commands;

/// <summary>What a run of the command line said.</summary>
internal sealed record RunResult(int Code, string Output, string Error);

/// <summary>Runs the whole command line inside the test's process.</summary>
internal static class RepoRun
{
    internal static RunResult Run(params string[] args) => RunWithInput("", args);

    /// <summary>Runs when the command line says it is, or on the day of the fixture's publications: no test depends on the day.</summary>
    internal static RunResult RunWithInput(string input, params string[] args) =>
        RunAt(
            new FixedClock(
                args.SkipWhile(static arg => arg != "--timestamp").ElementAtOrDefault(1) ?? "2026-01-02T00:00:00Z"
            ),
            input,
            args
        );

    internal static RunResult RunAt(TimeProvider clock, string input, params string[] args)
    {
        using StringReader reader = new(input);
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        Diagnostics diagnostics = new(RepoCommandLine.Program, error);
        OperationContext context = new(reader, output, diagnostics, clock);
        int code = CommandLineHost.Invoke(
            RepoCommandLine.Create(context, CancellationToken.None),
            args,
            output,
            diagnostics,
            CancellationToken.None
        );
        return new RunResult(code, output.ToString(), error.ToString());
    }
}
