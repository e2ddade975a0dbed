using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Manager.Configuration;

/// <summary>Which names of branches the configuration takes: those of git check-ref-format that anybody uses.</summary>
internal static class BranchName
{
    private const int Longest = 200;

    /// <summary>Checks a name.</summary>
    public static bool TryParse(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value.Length is > 0 and <= Longest
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
            && value
                .Split('/')
                .All(part =>
                    part.Length > 0
                    && part[0] is not ('.' or '-')
                    && !part.EndsWith('.')
                    && !part.EndsWith(".lock", StringComparison.Ordinal)
                )
            && !value.Contains("..", StringComparison.Ordinal)
                ? null
                : $"\"{text}\" is no branch name: write letters, digits, \"-\", \"_\", \".\" and \"/\"";
        return error is null;
    }
}
