using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>How much of the machine a build script may use; null for no limit.</summary>
/// <param name="Timeout">How long it may run.</param>
/// <param name="Memory">Bytes of address space for each of its processes.</param>
/// <param name="Processors">Processors that it may use, all its processes together.</param>
internal sealed record ScriptLimits(TimeSpan? Timeout, long? Memory, int? Processors)
{
    internal static ScriptLimits None { get; } = new(null, null, null);

    /// <summary>Says which limits apply and how they are enforced.</summary>
    internal void Describe(Diagnostics diagnostics)
    {
        if (Memory is { } memory)
        {
            diagnostics.Note(
                $"--memory {ByteCount.Text(memory)} holds for each process of the build script, as an address space limit (RLIMIT_AS)"
            );
        }

        if (Processors is { } processors)
        {
            diagnostics.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"--cpus {processors} holds for the build script as a whole, as a processor affinity"
                )
            );
        }
    }

    /// <summary>A duration as recipes write it: <c>90m</c>, <c>1h30m</c>.</summary>
    internal static bool TryParseTimeout(string? text, out TimeSpan? value, [NotNullWhen(false)] out string? error)
    {
        value = GoDuration.TryParseTimer(text, out TimeSpan duration, out error) ? duration : null;
        return error is null;
    }

    /// <summary>An amount of memory as configurations write it, enough for a shell to start.</summary>
    internal static bool TryParseMemory(string? text, out long? value, [NotNullWhen(false)] out string? error)
    {
        const long Least = 16 << 20;
        value = ByteSize.TryParse(text, out long bytes, out error) ? bytes : null;
        if (error is null && bytes < Least)
        {
            error = $"{text} is less than a shell needs; give at least 16MiB";
        }

        return error is null;
    }

    /// <summary>A number of processors, at least 1.</summary>
    internal static bool TryParseProcessors(string? text, out int? value, [NotNullWhen(false)] out string? error)
    {
        bool parsed = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0;
        value = parsed ? count : null;
        error = parsed ? null : $"{DisplayText.Quote(text)} is not a number of processors; give 1 or more";
        return parsed;
    }
}
