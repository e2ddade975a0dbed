using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.RegularExpressions;

namespace Peipkg.Recipes.Upstreams;

/// <summary>
/// A recipe's <c>tag_pattern</c>: which of upstream's tags are versions, in RE2 syntax, and matched in linear time. Either
/// its one unnamed group captures the upstream version, or its groups <c>major</c>, <c>minor</c> and perhaps <c>patch</c>
/// and <c>prerelease</c> are composed to <c>major.minor[.patch][-prerelease]</c>.
/// </summary>
public sealed class TagPattern
{
    private static readonly string[] GroupNames = ["major", "minor", "patch", "prerelease"];

    private readonly RegexProgram _program;
    private readonly List<string?> _groups;

    private TagPattern(string text, RegexProgram program, List<string?> groups)
    {
        Text = text;
        _program = program;
        _groups = groups;
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
        if (text.Length is 0 or > RecipeLimits.TagPatternCharacters)
        {
            error =
                text.Length == 0
                    ? "the pattern is empty"
                    : $"the pattern is longer than {RecipeLimits.TagPatternCharacters} characters";
            return false;
        }

        try
        {
            (RegexNode expression, List<string?> groups) = Re2Parser.Parse(text);
            error = GroupFault(groups);
            value = error is null ? new TagPattern(text, RegexProgram.Compile(expression), groups) : null!;
        }
        catch (RegexSyntaxException exception)
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
        Span<int> slots = stackalloc int[2 * _groups.Count];
        slots.Fill(-1);
        if (!RegexMatcher.TryMatch(_program, tag, slots))
        {
            return null;
        }

        if (_groups is [null])
        {
            return slots[0] >= 0 && slots[1] >= 0 ? tag[slots[0]..slots[1]] : null;
        }

        if (Part(tag, slots, "major") is not { } major || Part(tag, slots, "minor") is not { } minor)
        {
            return null;
        }

        StringBuilder version = new(string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}"));
        version.Append(Part(tag, slots, "patch") is { } patch ? $".{patch}" : "");
        return version.Append(Part(tag, slots, "prerelease") is { } prerelease ? $"-{prerelease}" : "").ToString();
    }

    /// <summary>What the group <c>prerelease</c> captures of a tag; null if nothing, or if the tag does not match.</summary>
    /// <param name="tag">A tag's name, without <c>refs/tags/</c>.</param>
    public string? PreReleaseOf(string tag)
    {
        Span<int> slots = stackalloc int[2 * _groups.Count];
        slots.Fill(-1);
        return RegexMatcher.TryMatch(_program, tag, slots) ? Part(tag, slots, "prerelease") : null;
    }

    /// <summary>The package version that a tag stands for.</summary>
    /// <param name="tag">A tag's name, without <c>refs/tags/</c>.</param>
    /// <param name="revision">The recipe's <c>peios_revision</c>, at least 1.</param>
    /// <param name="version">The version.</param>
    /// <param name="error">Why a tag that matches is no version; null when it does not match.</param>
    /// <param name="epoch">The recipe's <c>epoch</c>, from 0.</param>
    public bool TryGetVersion(string tag, long revision, out PackageVersion version, out string? error, long epoch = 0)
    {
        version = default;
        error = null;
        if (UpstreamOf(tag) is not { } upstream)
        {
            return false;
        }

        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{(epoch == 0 ? "" : $"{epoch}:")}{upstream}-{revision}"
        );
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

    private string? Part(string tag, ReadOnlySpan<int> slots, string name)
    {
        int group = _groups.IndexOf(name);
        return group >= 0 && slots[2 * group] >= 0 && slots[(2 * group) + 1] > slots[2 * group]
            ? tag[slots[2 * group]..slots[(2 * group) + 1]]
            : null;
    }

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
