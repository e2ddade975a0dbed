using System.Text;
using Peipkg.Build.Rules;
using Peipkg.Build.Scanning;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Checking;

/// <summary>Checks the text and mode of a build script.</summary>
internal static class ScriptCheck
{
    internal static IEnumerable<Finding> Check(string script, bool stopsAtErrors)
    {
        string text = ScriptText.Read(script);
        List<Finding> findings = [.. ScriptText.Check(text, script, stopsAtErrors)];
        text = text.TrimStart('\ufeff');
        string shebang = text.StartsWith("#!", StringComparison.Ordinal) ? text.Split('\n', 2)[0] : "";
        string interpreter = Interpreter(shebang);
        if (interpreter is not ("" or "sh"))
        {
            findings.Add(
                Finding.Of(
                    ScriptRules.Shell,
                    $"the first line names {interpreter}, but the script is run by sh",
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

    /// <summary>The shell that checks a script's syntax: bash if the script names it, so that bash's syntax is not an error.</summary>
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
