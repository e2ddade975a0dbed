using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.RegularExpressions;

namespace Peipkg.Recipes.Upstreams;

/// <summary>
/// A recipe's <c>tag_pattern</c>: which of upstream's tags are versions, in RE2 syntax, and matched in linear time. Either
/// its one unnamed group captures the upstream version, or its groups <c>major</c>, <c>minor</c> and perhaps <c>patch</c>
/// and <c>prerelease</c> are composed to <c>major.minor[.patch][-prerelease]</c>.
/// </summary>
public sealed class TagPattern
{
    /// <summary>The longest pattern, in characters.</summary>
    public const int MaximumLength = 1000;

    private static readonly string[] GroupNames = ["major", "minor", "patch", "prerelease"];

    // Most recipes share a handful of patterns, and making one takes longer than reading the rest of a recipe.
    private const int MostKept = 256;
    private static readonly ConcurrentDictionary<string, TagPattern> Kept = new(StringComparer.Ordinal);

    private readonly Regex _regex;
    private readonly bool _named;

    private TagPattern(string text, Regex regex, bool named)
    {
        Text = text;
        _regex = regex;
        _named = named;
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The pattern; null when there is an error.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out TagPattern value, [NotNullWhen(false)] out string? error)
    {
        value = null!;
        text ??= "";
        if (text.Length is 0 or > MaximumLength)
        {
            error =
                text.Length == 0 ? "the pattern is empty" : $"the pattern is longer than {MaximumLength} characters";
            return false;
        }

        if (Kept.TryGetValue(text, out TagPattern? kept))
        {
            value = kept;
            error = null;
            return true;
        }

        try
        {
            (string translated, List<string?> groups) = Re2Translator.Translate(text);
            error = GroupFault(groups);
            if (error is null)
            {
                Regex regex = new(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                value = new TagPattern(text, regex, groups[0] is not null);
                _ = Kept.Count < MostKept && Kept.TryAdd(text, value);
            }
        }
        catch (RegexSyntaxException exception)
        {
            error = exception.Message;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            error = exception.Message;
        }

        error = error is null ? null : $"{DisplayText.Quote(text)} cannot be used as a tag pattern: {error}";
        return error is null;
    }

    /// <summary>The upstream version that a tag names, or null when the tag does not match.</summary>
    /// <param name="tag">A tag's name, without <c>refs/tags/</c>.</param>
    public string? UpstreamOf(string tag)
    {
        Match match = _regex.Match(tag);
        if (!match.Success)
        {
            return null;
        }

        if (!_named)
        {
            return match.Groups[1].Success ? match.Groups[1].Value : null;
        }

        if (Part(match, "major") is not { } major || Part(match, "minor") is not { } minor)
        {
            return null;
        }

        StringBuilder version = new(string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}"));
        version.Append(Part(match, "patch") is { } patch ? $".{patch}" : "");
        return version.Append(Part(match, "prerelease") is { } prerelease ? $"-{prerelease}" : "").ToString();
    }

    /// <summary>The package version that a tag stands for.</summary>
    /// <param name="tag">A tag's name, without <c>refs/tags/</c>.</param>
    /// <param name="revision">The recipe's <c>peios_revision</c>, at least 1.</param>
    /// <param name="version">The version.</param>
    /// <param name="error">Why a tag that matches is no version; null when it does not match.</param>
    public bool TryGetVersion(string tag, long revision, out PackageVersion version, out string? error)
    {
        version = default;
        error = null;
        if (UpstreamOf(tag) is not { } upstream)
        {
            return false;
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"{upstream}-{revision}");
        if (!PackageVersion.TryParse(text, out version, out error))
        {
            return false;
        }

        // A colon in the tag would otherwise smuggle in an epoch.
        if (version.Upstream != upstream)
        {
            error = $"{DisplayText.Quote(upstream)} is not an upstream version: an epoch cannot come from a tag";
            version = default;
        }

        return error is null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? Part(Match match, string name) =>
        match.Groups[name] is { Success: true, Length: > 0 } group ? group.Value : null;

    private static string? GroupFault(List<string?> groups)
    {
        const string Needs =
            "it needs one group around the version, such as \"^v([0-9.]+)$\", or groups named major and minor";
        List<string> named = [.. groups.OfType<string>()];
        if (groups.Count == 0)
        {
            return Needs;
        }

        if (named.Count == 0)
        {
            return groups.Count == 1
                ? null
                : $"it has {groups.Count} groups; {Needs} (write \"(?:…)\" for groups that capture nothing)";
        }

        if (named.Count < groups.Count)
        {
            return "named and unnamed groups cannot be mixed; write \"(?:…)\" for groups that capture nothing";
        }

        string? unknown = named.Find(name => !GroupNames.Contains(name));
        if (unknown is not null)
        {
            return $"a group cannot be named {DisplayText.Quote(unknown)}; the names are {string.Join(", ", GroupNames)}"
                + NearestName.Suggestion(unknown, GroupNames);
        }

        return named.Contains("major") && named.Contains("minor")
            ? null
            : "named groups must include both major and minor";
    }
}
