using System.Reflection;
using Peipkg.Format.Packages;

namespace Peipkg.CommandLine.Help;

/// <summary>The version the tools were built as.</summary>
public static class ProductVersion
{
    private const int CommitLength = 12;

    private static readonly string? Informational = typeof(ProductVersion)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion;

    /// <summary>The version and, where the build knew it, the commit: <c>0.1.0 (4884bf2a1c00)</c>.</summary>
    public static string Text { get; } = Describe(Informational);

    /// <summary>The version alone: <c>0.1.0</c>.</summary>
    public static string Number { get; } = Informational?.Split('+')[0] ?? "unknown";

    /// <summary>
    /// What <c>--version</c> prints: program, version and commit, and on a second line the engine and level of compression,
    /// on which a package's bytes depend.
    /// </summary>
    /// <param name="program">The program's name.</param>
    public static string Report(string program) => $"{program} {Text}\n{PackageWriter.Compression}";

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
