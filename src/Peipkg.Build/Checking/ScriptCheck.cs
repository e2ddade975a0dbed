using System.Text;
using Peipkg.Build.Rules;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Checking;

/// <summary>Checks of a build script what its text and mode show.</summary>
internal static class ScriptCheck
{
    private const int LargestScript = 4 << 20;

    internal static IEnumerable<Finding> Check(string script)
    {
        List<Finding> findings = [];
        string text = Read(script);
        string shebang = text.StartsWith("#!", StringComparison.Ordinal) ? text.Split('\n', 2)[0] : "";
        string interpreter = Interpreter(shebang);
        if (interpreter is not ("" or "sh"))
        {
            findings.Add(
                Finding.Of(
                    ScriptRules.Shell,
                    $"the first line asks for {interpreter}, but the script is run by sh",
                    script,
                    TomlPosition.Start
                )
            );
        }

        const UnixFileMode Executable =
            UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if ((File.GetUnixFileMode(script) & Executable) == 0)
        {
            findings.Add(Finding.Of(ScriptRules.Mode, "the script is not executable", script));
        }

        findings.AddRange(
            NetworkUse
                .Find(text)
                .Select(use =>
                    Finding.Of(ScriptRules.Network, $"\"{use.Command}\" fetches from the network", script, use.Position)
                )
        );
        return findings;
    }

    /// <summary>The shell that a script's syntax is checked by: its own where it names one that reads the same language.</summary>
    internal static string ShellOf(string script)
    {
        using Stream stream = ForeignFile.OpenStream(script);
        byte[] start = new byte[256];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        string first = Encoding.Latin1.GetString(start, 0, length).Split('\n', 2)[0];
        return
            first.StartsWith("#!", StringComparison.Ordinal) && Interpreter(first) is "bash" && File.Exists("/bin/bash")
            ? "/bin/bash"
            : "/bin/sh";
    }

    private static string Read(string script)
    {
        using Stream stream = ForeignFile.OpenStream(script);
        byte[] content = new byte[(int)Math.Min(stream.Length, LargestScript)];
        int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(content, 0, length);
    }

    // "#!/bin/sh -eu" and "#!/usr/bin/env bash" alike.
    private static string Interpreter(string shebang)
    {
        string[] words = shebang
            .TrimStart('#', '!')
            .Split((char[]?)[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        string[] names = [.. words.Select(word => word[(word.LastIndexOf('/') + 1)..])];
        return names is ["env", .. string[] rest]
                ? Array.Find(rest, name => name[0] != '-' && !name.Contains('=', StringComparison.Ordinal)) ?? "env"
            : names is [string name, ..] ? name
            : "";
    }
}
