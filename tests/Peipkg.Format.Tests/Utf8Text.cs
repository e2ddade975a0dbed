using System.Text;

namespace Peipkg.Format.Tests;

internal static class Utf8Text
{
    internal static byte[] AsUtf8(this string text) => Encoding.UTF8.GetBytes(text);
}
