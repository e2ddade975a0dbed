using System.Diagnostics.CodeAnalysis;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;

namespace Peipkg.Build.Building;

/// <summary>A variable that <c>--build-env</c> declares for the build script.</summary>
/// <param name="Name">A shell identifier, none of the reserved names.</param>
/// <param name="Value">Any text, perhaps empty.</param>
internal sealed record BuildVariable(string Name, string Value)
{
    internal static bool TryParse(string? text, out BuildVariable value, [NotNullWhen(false)] out string? error)
    {
        int equals = text?.IndexOf('=', StringComparison.Ordinal) ?? -1;
        string name = equals < 0 ? text ?? "" : text![..equals];
        value = new BuildVariable(name, equals < 0 ? "" : text![(equals + 1)..]);
        error =
            equals < 0 ? $"{DisplayText.Quote(text)} is not of the form NAME=VALUE"
            : !IsIdentifier(name)
                ? $"{DisplayText.Quote(name)} is not a variable's name; use letters, digits and \"_\", and no digit first"
            : ScriptEnvironment.Reserved.Contains(name, StringComparer.Ordinal)
                ? $"{name} cannot be set: peipkg-build sets {string.Join(", ", ScriptEnvironment.Reserved)} itself"
            : null;
        return error is null;
    }

    /// <summary>Returns the variables if their names are distinct.</summary>
    /// <exception cref="UsageErrorException">One is given twice.</exception>
    internal static IReadOnlyList<BuildVariable> RequireDistinct(IReadOnlyList<BuildVariable> variables)
    {
        string[] twice =
        [
            .. variables.GroupBy(v => v.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key),
        ];
        return twice.Length == 0
            ? variables
            : throw new UsageErrorException($"--build-env: {string.Join(", ", twice)} is given more than once");
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
