namespace Peipkg.Format.Layout;

/// <summary>Which files are libraries and kernel modules, by their base names (PSD-009 §3.4.2, PSPU 5.15).</summary>
public static class LibraryName
{
    /// <summary>Whether a path names a shared library: <c>*.so</c>, or <c>*.so.</c> and groups of digits.</summary>
    public static bool IsShared(ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> name = BaseName(path);
        return name.EndsWith(".so") || (name.LastIndexOf(".so.") is >= 0 and var at && AreDigits(name[(at + 4)..]));
    }

    /// <summary>Whether a path names a static library: <c>*.a</c>.</summary>
    public static bool IsStatic(ReadOnlySpan<char> path) => BaseName(path).EndsWith(".a");

    /// <summary>Whether a path names a kernel module: <c>*.ko</c> or <c>*.ko.*</c>.</summary>
    public static bool IsKernelModule(ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> name = BaseName(path);
        return name.EndsWith(".ko") || name.Contains(".ko.", StringComparison.Ordinal);
    }

    /// <summary>Whether a path names any of them.</summary>
    public static bool IsAny(ReadOnlySpan<char> path) => IsShared(path) || IsStatic(path) || IsKernelModule(path);

    internal static ReadOnlySpan<char> BaseName(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..];

    private static bool AreDigits(ReadOnlySpan<char> groups)
    {
        foreach (Range group in groups.Split('.'))
        {
            if (groups[group].IsEmpty || groups[group].ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }
        }

        return true;
    }
}
