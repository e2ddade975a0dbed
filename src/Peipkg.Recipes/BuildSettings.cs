using System.Diagnostics.CodeAnalysis;
using Peipkg.Format;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>A recipe's <c>[build]</c>: how its script is run.</summary>
/// <param name="StopsAtErrors">Whether the script ends at the first command that fails, as with <c>sh -e</c>.</param>
/// <param name="DefaultFlags">Whether the script gets flags for compilers.</param>
public sealed record BuildSettings(bool StopsAtErrors, bool DefaultFlags)
{
    private const string DefaultWord = "default";

    /// <summary>The packages that the script needs where it runs.</summary>
    public IReadOnlyList<Dependency> Requires { get; init; } = [];

    /// <summary>Those of a recipe without the section.</summary>
    public static BuildSettings Unsaid { get; } = new(StopsAtErrors: false, DefaultFlags: false);

    /// <summary>Reads the section; what is wrong with it goes to the file's problems.</summary>
    internal static BuildSettings Read(TomlFile file)
    {
        if (file.Section("build") is not { } section)
        {
            return Unsaid;
        }

        Located<bool>? stops = section.Boolean("errexit");
        Located<string>? flags = section.Parsed<string>("flags", ParseFlags);
        List<Dependency> requires = ReadRequires(section);
        section.Finish();
        return new BuildSettings(stops?.Value ?? false, flags is not null) { Requires = requires };
    }

    private static List<Dependency> ReadRequires(TomlSection section)
    {
        List<Dependency> requires = [];
        IReadOnlyList<Located<string>> texts = section.Strings("requires");
        if (texts.Count > Limits.Dependencies)
        {
            section.Problems.Error(
                section.PositionOf("requires"),
                $"requires in {section.Label} has more than the {Limits.Dependencies} entries allowed",
                RecipeRule.TooMany
            );
            return requires;
        }

        foreach (Located<string> text in texts)
        {
            if (!Dependency.TryParse(text.Value, out Dependency required, out string? error))
            {
                section.Problems.Error(text.Position, $"requires in {section.Label}: {error}", RecipeRule.Value);
            }
            else if (requires.Exists(other => other.Name == required.Name))
            {
                section.Problems.Error(
                    text.Position,
                    $"requires in {section.Label}: \"{required.Name}\" occurs twice",
                    RecipeRule.DuplicateName,
                    "Remove one of the two, and join their constraints with a comma."
                );
            }
            else
            {
                requires.Add(required);
            }
        }

        return requires;
    }

    private static bool ParseFlags(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value == DefaultWord
                ? null
                : $"{DisplayText.Quote(text)} is not possible; the only value is \"{DefaultWord}\"";
        return error is null;
    }
}
