using System.Collections;

namespace Peipkg.CommandLine.Host;

/// <summary>The environment as <c>Program.cs</c> hands it on.</summary>
public static class ProcessEnvironment
{
    /// <summary>The variables by name.</summary>
    /// <param name="variables">As <c>Environment.GetEnvironmentVariables()</c> answers them.</param>
    public static Dictionary<string, string> From(IDictionary variables) =>
        variables
            .Cast<DictionaryEntry>()
            .ToDictionary(
                variable => (string)variable.Key,
                variable => (string?)variable.Value ?? "",
                StringComparer.Ordinal
            );
}
