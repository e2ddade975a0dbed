using System.Globalization;
using System.Runtime.InteropServices;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>The names of users.</summary>
public static unsafe class UserName
{
    private const int Most = 64 * 1024;

    // struct passwd of glibc begins with a pointer to the name.
    private const int RecordBytes = 64;

    /// <summary>The login name of a user, from wherever the system keeps it; the number where it has none.</summary>
    /// <param name="user">The user's number.</param>
    public static string Of(uint user)
    {
        nint* record = stackalloc nint[RecordBytes / sizeof(nint)];
        byte[] buffer = new byte[Most];
        fixed (byte* place = buffer)
        {
            nint found;
            return
                LibC.FindUser(user, record, place, (nuint)buffer.Length, &found) == 0
                && found != 0
                && Marshal.PtrToStringUTF8(record[0]) is { Length: > 0 } name
                ? name
                : user.ToString(CultureInfo.InvariantCulture);
        }
    }
}
