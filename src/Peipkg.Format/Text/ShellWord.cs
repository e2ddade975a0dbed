namespace Peipkg.Format.Text;

/// <summary>Words as a POSIX shell reads them.</summary>
public static class ShellWord
{
    /// <summary>A word in single quotes, which the shell takes as it is, whatever is in it.</summary>
    /// <param name="word">The word.</param>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
