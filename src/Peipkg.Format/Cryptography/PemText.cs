namespace Peipkg.Format.Cryptography;

/// <summary>The library writes PEM with CRLF; published files have LF and end with one.</summary>
internal static class PemText
{
    internal static byte[] Normalise(byte[] pem)
    {
        byte[] lines = [.. pem.Where(static b => b != (byte)'\r')];
        return lines is [.., (byte)'\n'] ? lines : [.. lines, (byte)'\n'];
    }
}
