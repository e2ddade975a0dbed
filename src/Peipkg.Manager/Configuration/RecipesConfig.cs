using System.Diagnostics.CodeAnalysis;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary><c>[recipes]</c>: the git repository that the recipes come from.</summary>
/// <param name="Git">Where it is.</param>
/// <param name="Branch">The branch; null for the repository's own default.</param>
/// <param name="Folder">Where in it the recipes' directories are, relative; empty for its top.</param>
/// <param name="Signers">Files that say whose signatures count; none: commits need no signature.</param>
internal sealed record RecipesConfig(GitAddress Git, string? Branch, string Folder, IReadOnlyList<string> Signers)
{
    /// <summary>The ref whose commit is wanted.</summary>
    public string Reference => Branch is null ? "HEAD" : "refs/heads/" + Branch;

    /// <summary>Reads the section; null when there is none. Problems go to the file's list.</summary>
    public static RecipesConfig? Read(TomlFile file)
    {
        if (file.Section("recipes") is not { } section)
        {
            return null;
        }

        GitAddress? git = section.Parsed<GitAddress>("git", GitAddress.TryParse, required: true)?.Value;
        RecipesConfig? recipes = null;
        string? branch = section.Parsed<string>("branch", BranchName.TryParse)?.Value;
        string folder = section.Parsed<string>("path", ParseFolder)?.Value ?? "";
        IReadOnlyList<string> signers = ConfigPaths.Read(section, "signers");
        if (git is not null)
        {
            recipes = new RecipesConfig(git, branch, folder, signers);
        }

        section.Finish();
        return recipes;
    }

    private static bool ParseFolder(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = (text ?? "").TrimEnd('/');
        error = value
            .Split('/')
            .All(part => part.Length > 0 && part is not ("." or ".." or ".git") && !part.Any(char.IsControl))
            ? null
            : $"\"{text}\" is no path within a repository: write it as \"recipes\" or \"farm/recipes\"";
        return error is null;
    }
}
