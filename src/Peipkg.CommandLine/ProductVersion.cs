using System.Reflection;

namespace Peipkg.CommandLine;

/// <summary>The version the tools were built as.</summary>
public static class ProductVersion
{
    private const int CommitLength = 12;

    /// <summary>The version and, where the build knew it, the commit: <c>0.1.0 (4884bf2a1c00)</c>.</summary>
    public static string Text { get; } = Describe(
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);

    internal static string Describe(string? informational)
    {
        if (informational is null)
        {
            return "unknown";
        }

        int plus = informational.IndexOf('+', StringComparison.Ordinal);
        return plus < 0
            ? informational
            : $"{informational[..plus]} ({informational.AsSpan(plus + 1, Math.Min(CommitLength, informational.Length - plus - 1))})";
    }
}
