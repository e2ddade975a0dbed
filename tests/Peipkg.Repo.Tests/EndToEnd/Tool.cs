using System.Diagnostics;
using Peipkg.Repo.Tests.Commands;

namespace Peipkg.Repo.Tests.EndToEnd;

/// <summary>
/// The tool as a process: the native binary named by <c>PEIPKG_REPO</c> or published to <c>artifacts/bin</c>, else the
/// managed program beside the tests.
/// </summary>
internal static class Tool
{
    private static readonly string[] Command = Find();

    /// <summary>The tool as a word of a shell command.</summary>
    internal static string InShell => string.Join(' ', Command.Select(word => $"'{word}'"));

    internal static Process Start(params string[] args) => Start(new Dictionary<string, string>(), args);

    private static Process Start(Dictionary<string, string> environment, string[] args)
    {
        ProcessStartInfo start = new(Command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (string arg in Command.Skip(1).Concat(args))
        {
            start.ArgumentList.Add(arg);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    internal static RunResult Run(params string[] args) => RunWith(new Dictionary<string, string>(), args);

    /// <summary>Runs with these environment variables besides the test's own.</summary>
    internal static RunResult RunWith(Dictionary<string, string> environment, params string[] args)
    {
        using Process process = Start(environment, args);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new RunResult(process.ExitCode, output.GetAwaiter().GetResult(), error);
    }

    /// <summary>Ends a process without giving it a chance (SIGKILL).</summary>
    internal static void KillHard(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private static string[] Find()
    {
        if (Environment.GetEnvironmentVariable("PEIPKG_REPO") is { Length: > 0 } named)
        {
            return [named];
        }

        for (
            string? directory = AppContext.BaseDirectory;
            directory is not null;
            directory = Path.GetDirectoryName(directory)
        )
        {
            string native = Path.Combine(directory, "artifacts", "bin", "peipkg-repo");
            if (File.Exists(native))
            {
                return [native];
            }
        }

        return ["dotnet", Path.Combine(AppContext.BaseDirectory, "peipkg-repo.dll")];
    }
}
