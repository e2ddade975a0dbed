using Peipkg.Manager.World;

namespace Peipkg.Manager.Upstreams;

/// <summary>
/// Which of the names a server lists may be used in a refspec. A server can send anything; what
/// <c>git check-ref-format refs/tags/…</c> refuses, or nobody can mean, is passed over.
/// </summary>
internal static class TagName
{
    public static bool IsUsable(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > ManagerLimits.TagLength || name[^1] is '/' or '.')
        {
            return false;
        }

        char previous = '/';
        foreach (char c in name)
        {
            if (c <= ' ' || char.IsControl(c) || c == '\uFFFD' || "~^:?*[\\".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }

            if ((previous, c) is ('/', '/' or '.') or ('.', '.') or ('@', '{'))
            {
                return false;
            }

            previous = c;
        }

        foreach (Range part in name.Split('/'))
        {
            if (name[part].EndsWith(".lock", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
