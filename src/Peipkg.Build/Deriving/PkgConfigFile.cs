using System.Text;

namespace Peipkg.Build.Deriving;

/// <summary>
/// A <c>.pc</c> file as pkg-config reads it: fields (<c>Name: value</c>), whose names may be written in any case, and
/// variables (<c>name=value</c>), which both may use as <c>${name}</c>, wherever they are set. Of each name the last counts.
/// </summary>
internal sealed class PkgConfigFile
{
    /// <summary>The largest file that is read. The largest known ones have some kilobytes.</summary>
    internal const int MostBytes = 1 << 20;

    private const int DeepestVariable = 16;
    private const int MostSubstitutions = 10_000;
    private const int LongestValue = 1 << 16;

    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private int _substitutions;

    private PkgConfigFile(string text)
    {
        foreach (string line in PkgConfigLines.Of(text))
        {
            Take(line);
        }

        Version = Field("Version");
        Requires = PkgConfigList.Read(Field("Requires"));
        PrivateRequires = PkgConfigList.Read(Field("Requires.private"));
    }

    /// <summary>The value of <c>Version:</c>; empty where there is none.</summary>
    internal string Version { get; }

    /// <summary>The modules of <c>Requires:</c>.</summary>
    internal IReadOnlyList<PkgConfigNeed> Requires { get; }

    /// <summary>The modules of <c>Requires.private:</c>.</summary>
    internal IReadOnlyList<PkgConfigNeed> PrivateRequires { get; }

    /// <summary>Why the file is refused, a clause; null where all is well.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Reads a file's content.</summary>
    /// <param name="content">One byte more than <see cref="MostBytes"/> shows that there are too many.</param>
    internal static PkgConfigFile Read(ReadOnlySpan<byte> content) =>
        content.Length > MostBytes
            ? new PkgConfigFile("") { Fault = $"it has more than {MostBytes} bytes" }
            : new PkgConfigFile(Encoding.UTF8.GetString(content));

    private void Take(string line)
    {
        int end = 0;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_' or '.'))
        {
            end++;
        }

        string rest = PkgConfigLines.Trim(line[end..]);
        if (end > 0 && rest.Length > 0 && rest[0] is ':' or '=')
        {
            (rest[0] == ':' ? _fields : _variables)[line[..end]] = PkgConfigLines.Trim(rest[1..]);
        }
    }

    private string Field(string name)
    {
        StringBuilder text = new();
        return _fields.TryGetValue(name, out string? value) && Expand(value, 0, text) ? text.ToString() : "";
    }

    // What is not set, or nested too deep, stays as it is written: no version and no name looks like that.
    private bool Expand(string value, int depth, StringBuilder text)
    {
        for (int at = 0; at < value.Length; )
        {
            int dollar = value.IndexOf('$', at);
            int plain = dollar < 0 ? value.Length : dollar;
            text.Append(value, at, plain - at);
            at = plain;
            if (dollar >= 0)
            {
                int close = value.AsSpan(dollar).StartsWith("${") ? value.IndexOf('}', dollar) : -1;
                if (value.AsSpan(dollar).StartsWith("$$"))
                {
                    text.Append('$');
                    at += 2;
                }
                else if (
                    close < 0
                    || depth == DeepestVariable
                    || !_variables.TryGetValue(value[(dollar + 2)..close], out string? inner)
                )
                {
                    text.Append('$');
                    at++;
                }
                else if (Expand(inner, depth + 1, text))
                {
                    at = close + 1;
                }
            }

            if (text.Length > LongestValue || ++_substitutions > MostSubstitutions)
            {
                Fault ??= $"its variables expand to more than {LongestValue} characters, or without an end";
            }

            if (Fault is not null)
            {
                return false;
            }
        }

        return true;
    }
}
