using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary>One <c>[[role]]</c>: what some people may do from the dashboard.</summary>
/// <param name="Users"><c>users</c>: their names, as the proxy passes them; <c>*</c> is everybody who is signed in.</param>
/// <param name="Groups"><c>groups</c>: all members of these.</param>
/// <param name="Recipes"><c>recipes</c>: only with these; empty: with all, and with the farm as a whole.</param>
/// <param name="Acts"><c>acts</c>: words of <see cref="Known"/>.</param>
internal sealed record RoleConfig(
    IReadOnlyList<string> Users,
    IReadOnlyList<string> Groups,
    IReadOnlyList<Glob> Recipes,
    IReadOnlyList<string> Acts
)
{
    /// <summary>What can be done from the dashboard, by the names that the commands have.</summary>
    public static IReadOnlyList<string> Known { get; } =
    ["retry", "cancel", "pause", "resume", "build", "reject", "ack"];

    /// <summary>The recipes' patterns as written.</summary>
    public IEnumerable<string> Patterns => Recipes.Select(glob => glob.Text);

    /// <summary>Whether somebody has the role.</summary>
    public bool IsOf(string user, IReadOnlyList<string> groups) =>
        Users.Contains(user, StringComparer.Ordinal)
        || Users.Contains("*", StringComparer.Ordinal)
        || Groups.Any(group => groups.Contains(group, StringComparer.Ordinal));

    /// <summary>Whether the role allows an act.</summary>
    /// <param name="act">One of <see cref="Known"/>.</param>
    /// <param name="recipe">With this recipe; null: with the farm as a whole.</param>
    public bool Allows(string act, string? recipe) =>
        Acts.Contains(act, StringComparer.Ordinal)
        && (Recipes.Count == 0 || (recipe is not null && Recipes.Any(glob => glob.IsMatch(recipe))));

    /// <summary>Reads every section; problems go to the file's list.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="first">Where the first is; null when there is none.</param>
    public static IReadOnlyList<RoleConfig> Read(TomlFile file, out TomlPosition? first)
    {
        List<RoleConfig> roles = [];
        first = null;
        foreach (TomlSection section in file.Sections("role"))
        {
            first ??= section.Position;
            RoleConfig role = new(
                ConfigWord.Each<string>(section, "users", Name),
                ConfigWord.Each<string>(section, "groups", Name),
                ConfigWord.Each<Glob>(section, "recipes", Glob.TryParse),
                section.Has("acts") ? ConfigWord.Each<string>(section, "acts", Act) : Known
            );
            if (!section.Has("users") && !section.Has("groups"))
            {
                section.Problems.Error(
                    section.Position,
                    $"{section.Label} needs users or groups; users = [\"*\"] is everybody who is signed in"
                );
            }

            foreach (string key in ((string[])["recipes", "acts"]).Where(section.Has))
            {
                if (section.NodeOf(key) is TomlArray { Items.Count: 0 })
                {
                    section.Problems.Error(
                        section.PositionOf(key),
                        $"{key} in {section.Label} is empty; leave it out for all"
                    );
                }
            }

            section.Finish();
            roles.Add(role);
        }

        // Configurations are compared by their values, and a list is not one.
        if (roles.Count == 0)
        {
            return [];
        }

        return roles;
    }

    private static bool Name(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value.Length is > 0 and <= 200 && value.Trim() == value && !value.Any(c => char.IsControl(c) || c == ',')
                ? null
                : "write 1 to 200 characters as the proxy passes them, without commas";
        return error is null;
    }

    private static bool Act(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = Known.Contains(value, StringComparer.Ordinal)
            ? null
            : $"\"{text}\" is none of {string.Join(", ", Known)}{NearestName.Suggestion(value, Known)}";
        return error is null;
    }
}
