using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary><c>[forge]</c>: where people ask for changes of the recipes, and what is told of them.</summary>
/// <param name="Kind">github, forgejo (also Gitea) or gitlab.</param>
/// <param name="Url">The repository's page there, without a slash at the end.</param>
/// <param name="TokenFile">The file with the token that may set commit statuses; null: the forge is told nothing.</param>
/// <param name="Trusted">Whose requests are tried without an operator's word.</param>
internal sealed record ForgeConfig(string Kind, Uri Url, string? TokenFile, IReadOnlyList<string> Trusted)
{
    private static readonly string[] Kinds = ["github", "forgejo", "gitlab"];

    private static readonly Dictionary<string, string> KnownHosts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["github.com"] = "github",
        ["gitlab.com"] = "gitlab",
        ["codeberg.org"] = "forgejo",
    };

    /// <summary>The ref under which the forge keeps the commit of a request.</summary>
    public string ReferenceOf(long request) =>
        Kind == "gitlab" ? $"refs/merge-requests/{request}/head" : $"refs/pull/{request}/head";

    /// <summary>Reads the section; null when there is none. Problems go to the file's list.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="recipes">Where the recipes come from.</param>
    public static ForgeConfig? Read(TomlFile file, RecipesConfig? recipes)
    {
        if (file.Section("forge") is not { } section)
        {
            return null;
        }

        TomlPosition start = section.PositionOf("kind");
        string? kind = section.Parsed<string>("kind", ParseKind)?.Value;
        Uri? url = section.Parsed<Uri>("url", ParseUrl)?.Value;
        string? token = section.Parsed<string>("token_file", ConfigPaths.TryParse)?.Value;
        string[] trusted = [.. section.Strings("trusted").Select(name => name.Value)];
        section.Finish();
        if (recipes is null)
        {
            section.Problems.Error(start, $"{section.Label} is for recipes that come from git: write [recipes], too");
            return null;
        }

        url ??= UrlOf(recipes.Git);
        if (url is null)
        {
            section.Problems.Error(
                start,
                $"url in {section.Label}: write the page of the recipes' repository, as \"https://git.example.org/farm/recipes\""
            );
            return null;
        }

        kind ??= KnownHosts.GetValueOrDefault(url.Host);
        if (kind is null)
        {
            section.Problems.Error(
                start,
                $"kind in {section.Label}: write which forge {url.Host} is: {string.Join(", ", Kinds)}"
            );
            return null;
        }

        return new ForgeConfig(kind, url, token, trusted);
    }

    private static Uri? UrlOf(GitAddress git)
    {
        string path = git.RepositoryKey[(git.RepositoryKey.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return git.Transport is GitTransport.Http or GitTransport.Https
            && Uri.TryCreate(git.Text, UriKind.Absolute, out Uri? address)
                ? new Uri(Trim(address.GetLeftPart(UriPartial.Path)))
            : git.Transport == GitTransport.Ssh && ParseUrl($"https://{git.Host}/{path}", out Uri url, out _) ? url
            : null;
    }

    private static string Trim(string text)
    {
        string trimmed = text.TrimEnd('/');
        return trimmed.EndsWith(".git", StringComparison.Ordinal) ? trimmed[..^4] : trimmed;
    }

    private static bool ParseKind(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = Kinds.Contains(value, StringComparer.Ordinal)
            ? null
            : $"\"{text}\" is none of {string.Join(", ", Kinds)}{NearestName.Suggestion(value, Kinds)}";
        return error is null;
    }

    private static bool ParseUrl(string? text, out Uri value, [NotNullWhen(false)] out string? error)
    {
        bool good =
            Uri.TryCreate(Trim(text ?? ""), UriKind.Absolute, out Uri? url)
            && url.Scheme is "http" or "https"
            && url.UserInfo.Length + url.Query.Length + url.Fragment.Length == 0
            && url.Segments.Length >= 3;
        value = good ? url! : new Uri("https://invalid/");
        error = good
            ? null
            : $"\"{text}\" is no page of a repository: write it as \"https://git.example.org/farm/recipes\"";
        return error is null;
    }
}
