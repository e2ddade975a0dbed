namespace Peipkg.Build.Staging;

/// <summary>The mode bits that this process's new files lack.</summary>
internal static class Umask
{
    /// <summary>The usual bits, 022.</summary>
    internal const uint Usual = 0x12;

    /// <summary>The bits of a umask in octal, as 077.</summary>
    internal static uint Parse(string octal) => Convert.ToUInt32(octal, 8);

    /// <summary>This process's own; the usual ones where the system does not tell.</summary>
    internal static uint Current()
    {
        const string Label = "Umask:";
        try
        {
            string? line = File.ReadLines("/proc/self/status")
                .FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal));
            return line is null ? Usual : Parse(line[Label.Length..].Trim());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return Usual;
        }
    }
}
