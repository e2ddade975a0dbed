using System.Text;
using Peipkg.Build.Rules;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Scanning;

/// <summary>Finds in a build script what keeps sh from running it as its author means it.</summary>
internal static class ScriptText
{
    private const char ByteOrderMark = '\ufeff';
    private const int LargestScript = 4 << 20;

    /// <summary>A script's text; of one that is very large, the beginning.</summary>
    internal static string Read(string script)
    {
        using Stream stream = ForeignFile.OpenStream(script);
        byte[] content = new byte[(int)Math.Min(stream.Length, LargestScript)];
        int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(content, 0, length);
    }

    /// <summary>What is wrong with a script's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The script as the user named it.</param>
    /// <param name="stopsAtErrors">Whether the recipe has it run as <c>sh -e</c>.</param>
    internal static IEnumerable<Finding> Check(string text, string file, bool stopsAtErrors)
    {
        if (text.StartsWith(ByteOrderMark))
        {
            yield return Finding.Of(
                ScriptRules.ByteOrderMark,
                "the script begins with a byte order mark, which sh takes for part of the first command",
                file,
                TomlPosition.Start
            );
        }

        if (text.IndexOf("\r\n", StringComparison.Ordinal) is >= 0 and var at)
        {
            yield return Finding.Of(
                ScriptRules.LineEnds,
                "the lines end with a carriage return, which sh takes for part of the last word",
                file,
                new TomlPosition(text.AsSpan(0, at).Count('\n') + 1, 1)
            );
        }

        if (!stopsAtErrors && !StopsAtErrors(text))
        {
            yield return Finding.Of(
                ScriptRules.ErrorExit,
                text.StartsWith("#!", StringComparison.Ordinal) && Asks(text.Split('\n')[0].Split(' '))
                    ? "the script goes on after a command that fails: it is run as \"sh SCRIPT\", so the -e of its first line has no effect"
                    : "the script goes on after a command that fails, because it has no \"set -e\"",
                file,
                TomlPosition.Start
            );
        }
    }

    // A single command needs no help: its status is the script's.
    private static bool StopsAtErrors(string text)
    {
        int lists = 0;
        bool continued = false;
        string? end = null;
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd('\r', ' ', '\t')))
        {
            if (end is not null)
            {
                end = line.Trim() == end ? null : end;
                continue;
            }

            IReadOnlyList<string>[] commands = [.. ShellWords.Commands(line).Select(command => command.Words)];
            if (Array.Exists(commands, words => words[0] == "set" && Asks(words)))
            {
                return true;
            }

            if (commands.Length > 0)
            {
                lists += (continued ? 0 : 1) + line.TrimEnd(';').Count(c => c == ';');
                continued = line.EndsWith('\\') || line.EndsWith("&&", StringComparison.Ordinal) || line.EndsWith('|');
            }

            end = ShellWords.HereDocumentEnd(line);
        }

        return lists < 2;
    }

    // "set -eu", "set -o errexit", "set -euo pipefail"; also "#!/bin/sh -e".
    private static bool Asks(IReadOnlyList<string> words) =>
        words.Contains("errexit")
        || words
            .Skip(1)
            .Any(word =>
                word.Length > 1 && word[0] == '-' && word[1] != '-' && word.Contains('e', StringComparison.Ordinal)
            );
}
