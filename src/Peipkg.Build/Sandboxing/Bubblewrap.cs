using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Sandboxing;

/// <summary>The program that makes sandboxes; it is tried before it is used.</summary>
internal static class Bubblewrap
{
    private const string Program = "bwrap";

    // From version 0.8, bubblewrap can keep the script from making namespaces, which exposes less of the kernel.
    private const string NoNesting = "--disable-userns";

    // What was tried once works for the rest of this process.
    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> Tried = new(StringComparer.Ordinal);

    /// <summary>Finds bubblewrap and tests whether it can make a sandbox here.</summary>
    /// <param name="context">Its search path is the caller's.</param>
    /// <returns>The program's path, and the first arguments to give it.</returns>
    /// <exception cref="UserErrorException">It is missing, or the system forbids it; the message says what to install or set.</exception>
    internal static IReadOnlyList<string> Require(ToolContext context)
    {
        string program =
            ProgramPath.Find(Program, context)
            ?? throw new UserErrorException(
                "--sandbox needs bubblewrap (bwrap), which is not installed; install the package \"bubblewrap\", or build without --sandbox"
            );
        return Tried.GetOrAdd(program, Start, context);
    }

    private static IReadOnlyList<string> Start(string program, ToolContext context)
    {
        if (Try([program, NoNesting], context, out _))
        {
            return [program, NoNesting];
        }

        if (Try([program], context, out string failure))
        {
            context.Diagnostics.Detail(
                $"{program} cannot keep the script from making namespaces of its own ({NoNesting})"
            );
            return [program];
        }

        throw new UserErrorException($"--sandbox: {program} cannot make a sandbox here: {failure}\n{Remedy()}");
    }

    /// <summary>bubblewrap's arguments for the filter of system calls, which it reads from the first descriptor given to it.</summary>
    internal static IReadOnlyList<string> Filter { get; } = ["--seccomp", "3"];

    private static bool Try(string[] start, ToolContext context, out string failure)
    {
        BoundedOutputStream output = new(4096);
        using SafeFileHandle filter = Pipe.Holding(SystemCallFilter.Program());
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                FileName = start[0],
                Arguments =
                [
                    .. start[1..],
                    .. Filter,
                    .. SandboxView.Isolation(NetworkAccess.None, SandboxView.HostName),
                    "--ro-bind",
                    "/",
                    "/",
                    .. SandboxKernel.Arguments(memory: null),
                    "/bin/sh",
                    "-c",
                    ":",
                ],
                Environment = [],
                WorkingDirectory = "/",
                Descriptors = [filter],
                StandardOutput = output,
                StandardError = output,
            },
            context.Cancellation
        );
        failure = output.Text().Trim();
        return exit.IsSuccess;
    }

    private static string Remedy()
    {
        if (ReadSetting("/proc/sys/kernel/unprivileged_userns_clone") == 0)
        {
            return "User namespaces are turned off; as root run: sysctl kernel.unprivileged_userns_clone=1";
        }

        if (ReadSetting("/proc/sys/user/max_user_namespaces") == 0)
        {
            return "No user namespaces are allowed; as root run: sysctl user.max_user_namespaces=15000";
        }

        if (ReadSetting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
        {
            return "AppArmor restricts user namespaces; install a profile that allows bwrap to use them, "
                + "or as root run: sysctl kernel.apparmor_restrict_unprivileged_userns=0";
        }

        return "In a container, user namespaces and mounts must be allowed, as by: docker run --security-opt seccomp=unconfined "
            + "--security-opt apparmor=unconfined --security-opt systempaths=unconfined";
    }

    private static long? ReadSetting(string file)
    {
        try
        {
            return long.TryParse(
                File.ReadAllText(file).Trim(),
                NumberStyles.Integer,
                CultureInfo.InvariantCulture,
                out long value
            )
                ? value
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
