using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// An rclone remote, taken apart: <c>r2:bucket/path</c>, a directory, or a connection string with options, as
/// <c>:s3,access_key_id=…,secret_access_key=…:bucket</c> or <c>r2,region=auto:bucket</c>. Options may be secrets, and a
/// process's arguments are for everybody to read: so they travel in the environment, where rclone looks for them too.
/// </summary>
/// <param name="Argument">What rclone is given.</param>
/// <param name="Variables">What goes with it.</param>
/// <param name="Display">For people.</param>
internal sealed record RcloneRemote(string Argument, IReadOnlyDictionary<string, string> Variables, string Display)
{
    // The name under which a remote without one is configured in the environment.
    private const string OwnName = "peipkg_target";

    /// <summary>Reads a remote.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out RcloneRemote? remote,
        [NotNullWhen(false)] out string? error
    )
    {
        remote = null;
        error = null;
        int end = text.AsSpan().IndexOfAny(',', ':', '/');
        bool onTheFly = text.StartsWith(':');
        if (onTheFly)
        {
            int next = text.AsSpan(1).IndexOfAny(',', ':', '/');
            end = next < 0 ? -1 : next + 1;
        }

        if (end < 0 || text[end] != ',')
        {
            // A directory, "name:path" or ":type:path": nothing to hide.
            remote = new RcloneRemote(text, new Dictionary<string, string>(), text);
            return true;
        }

        string name = onTheFly ? OwnName : text[..end];
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            error = "options can only be given to a remote whose name has nothing but letters, digits, \"-\" and \"_\"";
            return false;
        }

        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        string prefix = $"RCLONE_CONFIG_{name.ToUpperInvariant().Replace('-', '_')}_";
        if (onTheFly)
        {
            variables[prefix + "TYPE"] = text[1..end];
        }

        int at = end;
        while (at < text.Length && text[at] == ',')
        {
            if (!ReadOption(text, ref at, out string key, out string value))
            {
                error =
                    "the options of a remote are written \",key=value\", with a value in quotes where it holds \",\" or \":\", and end with \":\"";
                return false;
            }

            variables[prefix + key.ToUpperInvariant()] = value;
        }

        if (at >= text.Length || text[at] != ':')
        {
            error = "the options of a remote end with \":\" and the path";
            return false;
        }

        remote = new RcloneRemote(name + text[at..], variables, text[..end] + ",…" + text[at..]);
        return true;
    }

    private static bool ReadOption(string text, ref int at, out string key, out string value)
    {
        int start = at + 1;
        int end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        key = text[start..end];
        value = "true";
        at = end;
        if (end >= text.Length || text[end] != '=')
        {
            return key.Length > 0;
        }

        StringBuilder content = new();
        at = end + 1;
        if (at < text.Length && text[at] is ('"' or '\''))
        {
            char quote = text[at++];
            while (at < text.Length)
            {
                if (text[at] == quote)
                {
                    if (at + 1 >= text.Length || text[at + 1] != quote)
                    {
                        break;
                    }

                    at++;
                }

                content.Append(text[at++]);
            }

            if (at++ >= text.Length)
            {
                return false;
            }
        }
        else
        {
            while (at < text.Length && text[at] is not (',' or ':'))
            {
                content.Append(text[at++]);
            }
        }

        value = content.ToString();
        return key.Length > 0;
    }
}
