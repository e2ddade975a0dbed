using System.Runtime.InteropServices;

namespace Peipkg.Posix.Files;

/// <summary>A call of the C library failed.</summary>
/// <param name="message">The operation, the path and the system's reason.</param>
/// <param name="error">The <c>errno</c> value; also the exception's <see cref="Exception.HResult"/>, as the base class library has it.</param>
public sealed class PosixIOException(string message, Errno error) : IOException(message, (int)error)
{
    /// <summary>The value of <c>errno</c>.</summary>
    public Errno Error { get; } = error;

    /// <summary>The value of <c>errno</c> after the last call.</summary>
    internal static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>The failure of the last call: <c>cannot open /x: Permission denied</c>.</summary>
    internal static PosixIOException Last(string what, string path) => Of(LastError, what, path);

    /// <summary>Likewise, of an error that was kept.</summary>
    /// <param name="error">The error.</param>
    /// <param name="what">What cannot be done, as <c>open</c>.</param>
    /// <param name="path">With what.</param>
    public static PosixIOException Of(Errno error, string what, string path) =>
        new($"cannot {what} {path}: {Reason(error)}", error);

    /// <summary>The system's words for an error.</summary>
    public static string Reason(Errno error) => Marshal.GetPInvokeErrorMessage((int)error);
}
