using System.CommandLine;
using Peipkg.Build.Commands;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build;

/// <summary>peipkg-build, with everything that it uses of the world passed in.</summary>
internal static class BuildProgram
{
    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    /// <param name="stdout">Results.</param>
    /// <param name="messages">Diagnostics and progress.</param>
    /// <param name="variables">The environment: build scripts inherit PATH, and TMPDIR says where to stage.</param>
    /// <param name="scriptOutput">Where a build script's standard output goes.</param>
    /// <param name="scriptError">Where its standard error goes; perhaps the same stream.</param>
    /// <param name="clock">The time, which only repositories are judged by.</param>
    /// <param name="cancellation">Cancelled by signals.</param>
    /// <param name="input">Where a shell reads commands; null where there is nothing.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(
        IReadOnlyList<string> args,
        TextWriter stdout,
        DiagnosticsOutput messages,
        IReadOnlyDictionary<string, string> variables,
        Stream scriptOutput,
        Stream scriptError,
        TimeProvider clock,
        CancellationToken cancellation,
        ShellInput? input = null
    )
    {
        ToolContext context = new(
            stdout,
            new Diagnostics(ToolContext.Program, messages),
            variables,
            scriptOutput,
            scriptError,
            clock,
            cancellation
        )
        {
            Input = input,
        };
        Command root = new(
            ToolContext.Program,
            "Turns a recipe and a source tree into .peipkg packages, with the same bytes every time."
        )
        {
            NewCommand.Create(context),
            CheckCommand.Create(context),
            FmtCommand.Create(context),
            LockCommand.Create(context),
            FetchCommand.Create(context),
            ComposeCommand.Create(context),
            BuildCommand.Create(context),
            RepackageCommand.Create(context),
            PackCommand.Create(context),
            SignCommand.Create(context),
            InspectCommand.Create(context),
            VerifyCommand.Create(context),
            ExtractCommand.Create(context),
            ReproduceCommand.Create(context),
            RulesCommand.Create(context),
            SchemaCommand.Create(context),
        };
        return CommandLineHost.Invoke(root, args, stdout, context.Diagnostics, cancellation);
    }
}
