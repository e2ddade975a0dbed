using Peipkg.Format.Identity;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>Takes one architecture where a stanza lists several that it can be built for.</summary>
internal static class ArchitectureChoice
{
    private const string Key = "architecture";

    /// <summary>Puts the architecture that is taken into the place of a stanza's list.</summary>
    /// <param name="stanza">The stanza's table.</param>
    /// <param name="wanted">The architecture that is asked for; null for this machine's, or the first of the list.</param>
    /// <param name="problems">Where problems go; null if others report them.</param>
    /// <returns>What was taken; null where there is no list, or none that can be used.</returns>
    internal static Architecture? Make(TomlTable stanza, Architecture? wanted, ProblemList? problems)
    {
        if (stanza.Find(Key)?.Value is not TomlArray { FromHeaders: false } list)
        {
            return null;
        }

        List<Architecture> architectures = [];
        foreach (TomlNode item in list.Items)
        {
            string? error =
                item is not TomlString text ? $"an architecture must be a string, not {item.Kind}"
                : !Architecture.TryParse(text.Value, out Architecture architecture, out string? fault) ? fault
                : architecture == Architecture.NoArch
                    ? "\"noarch\" cannot stand in a list, since it is for every machine"
                : architectures.Contains(architecture) ? $"\"{architecture}\" occurs twice"
                : null;
            if (error is not null)
            {
                problems?.Error(item.Position, $"{Key} in [[package]]: {error}", RecipeRule.Architecture);
                return null;
            }

            architectures.Add(Architecture.Parse(((TomlString)item).Value));
        }

        Architecture machine = wanted ?? RecipeTarget.Machine;
        if (architectures.Count == 0 || (wanted is not null && !architectures.Contains(machine)))
        {
            problems?.Error(
                list.Position,
                $"{Key} in [[package]]: "
                    + (
                        architectures.Count == 0
                            ? "the list is empty"
                            : $"the package is not made for {machine}, only for {string.Join(", ", architectures)}"
                    ),
                RecipeRule.Architecture
            );
            return null;
        }

        Architecture taken = architectures.Contains(machine) ? machine : architectures[0];
        stanza.Replace(Key, new TomlString(list.Position, taken.Text));
        return taken;
    }
}
