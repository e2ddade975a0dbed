using System.Diagnostics;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.EndToEnd;

/// <summary>
/// The tool as a process: the native binary named by <c>PEIPKG_BUILD</c> or published to <c>artifacts/bin</c>, else the
/// managed program beside the tests.
/// </summary>
internal static class Tool
{
    private static readonly string[] Command = Find();

    /// <summary>Whether it is the native binary.</summary>
    internal static bool IsNative => Command.Length == 1;

    /// <summary>The tool as a word of a shell command.</summary>
    internal static string InShell => string.Join(' ', Command.Select(word => $"'{word}'"));

    internal static Process Start(IReadOnlyDictionary<string, string?> variables, params string[] args)
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

        foreach ((string name, string? value) in variables)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    internal static RunResult Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new RunResult(process.ExitCode, output.GetAwaiter().GetResult(), error);
    }

    internal static RunResult Run(params string[] args)
    {
        using Process process = Start(new Dictionary<string, string?>(), args);
        return Finish(process);
    }

    private static string[] Find()
    {
        if (Environment.GetEnvironmentVariable("PEIPKG_BUILD") is { Length: > 0 } named)
        {
            return [named];
        }

        for (
            string? directory = AppContext.BaseDirectory;
            directory is not null;
            directory = Path.GetDirectoryName(directory)
        )
        {
            string native = Path.Combine(directory, "artifacts", "bin", "peipkg-build");
            if (File.Exists(native))
            {
                return [native];
            }
        }

        return ["dotnet", Path.Combine(AppContext.BaseDirectory, "peipkg-build.dll")];
    }
}
