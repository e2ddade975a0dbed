namespace Peipkg.Build.Building;

/// <summary>
/// Tells the lines with which compilers, linkers, make, ninja, cargo, go, CMake, meson and configure report errors from all
/// others. What compilers say comes before what make says of it, so the first such line is the most exact one.
/// </summary>
internal static class FirstError
{
    private static readonly string[] Starts = ["error: ", "error[E", "ninja: error:", "FAILED: ", "CMake Error"];

    private static readonly string[] Parts =
    [
        ": error: ",
        ": fatal error: ",
        ": ERROR: ",
        ": undefined reference to ",
        ": multiple definition of ",
        "ld: cannot find ",
    ];

    /// <summary>Whether a line reports an error.</summary>
    internal static bool IsIn(string line) =>
        Array.Exists(Starts, start => line.StartsWith(start, StringComparison.Ordinal))
        || Array.Exists(Parts, part => line.Contains(part, StringComparison.Ordinal))
        || IsOfGo(line)
        || IsOfMake(line);

    // "./main.go:3:2: undefined: x"
    private static bool IsOfGo(string line)
    {
        int at = line.IndexOf(".go:", StringComparison.Ordinal);
        return at > 0 && !line.AsSpan(0, at).Contains(' ') && at + 4 < line.Length && char.IsAsciiDigit(line[at + 4]);
    }

    // "make[1]: *** [Makefile:3: all] Error 1", but not one that make was told to ignore.
    private static bool IsOfMake(string line) =>
        (line.StartsWith("make", StringComparison.Ordinal) || line.StartsWith("gmake", StringComparison.Ordinal))
        && line.Contains(": *** ", StringComparison.Ordinal)
        && !line.EndsWith("(ignored)", StringComparison.Ordinal);
}
