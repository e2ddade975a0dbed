using System.Text;

namespace Peipkg.CommandLine.Options;

/// <summary>The words that this process was started with, as the bytes that they were before they became text.</summary>
internal static class GivenWords
{
    /// <summary>Whether a word ends with exactly this text; an option and its value may be one word.</summary>
    /// <param name="text">Its U+FFFD are looked for as such, and not found where they stand for bytes that are no UTF-8.</param>
    internal static bool EndWith(string text)
    {
        try
        {
            byte[] ending = [.. Encoding.UTF8.GetBytes(text), 0];
            return File.ReadAllBytes("/proc/self/cmdline").AsSpan().IndexOf(ending) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
