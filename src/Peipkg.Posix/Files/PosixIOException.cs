namespace Peipkg.Posix.Files;

/// <summary>A file operation of the C library failed.</summary>
/// <param name="message">The operation, the path and the system's reason.</param>
/// <param name="error">The <c>errno</c> value.</param>
public sealed class PosixIOException(string message, int error) : IOException(message)
{
    /// <summary>The value of <c>errno</c>.</summary>
    public int Error { get; } = error;
}
