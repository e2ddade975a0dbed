using Peipkg.Posix.Files;

namespace Peipkg.CommandLine.Host;

/// <summary>A single file that a command writes where its <c>--out</c> says: <c>-</c> is standard output.</summary>
public static class OutputFile
{
    /// <summary>Whether a value of <c>--out</c> is the word for standard output.</summary>
    public static bool IsDash(string path) => path == "-";

    /// <summary>Whether the file goes to standard output, under whatever name: then nothing else may be printed there.</summary>
    public static bool IsStandardOutput(string path) => IsDash(path) || DurableFile.IsStandardOutput(path);

    /// <summary>Begins the file; it appears when it is committed.</summary>
    /// <exception cref="IOException">The directory is missing or refuses.</exception>
    public static DurableFileWriter Create(string path) =>
        IsDash(path) ? DurableFile.CreateForStandardOutput() : DurableFile.Create(path);
}
