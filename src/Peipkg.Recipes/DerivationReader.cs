using System.Collections.Frozen;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>Reads a stanza's <c>derive</c>: yes or no, a list of parts, or a table with the parts and what selects libraries.</summary>
internal static class DerivationReader
{
    private const string Key = "derive";

    /// <summary>Reads the key.</summary>
    /// <returns>Null where the stanza does not have it.</returns>
    internal static Derivation? Read(TomlSection section)
    {
        switch (section.NodeOf(Key))
        {
            case null:
                return null;
            case TomlArray:
                return WithParts(Derivation.None, section, Key);
            case TomlTable table:
                return ReadTable(new TomlSection(section.Problems, $"{Key} of {section.Label}", table));
            default:
                return section.Boolean(Key, "true, false, an array of strings or a table") switch
                {
                    { Value: true } => Derivation.Full,
                    { } => Derivation.None,
                    null => null,
                };
        }
    }

    private static Derivation ReadTable(TomlSection table)
    {
        Derivation derivation = table.NodeOf("parts") is not null
            ? WithParts(Derivation.None, table, "parts")
            : Derivation.Full;
        if (table.NodeOf("version_nodes") is not null)
        {
            derivation = derivation with
            {
                NodeSonames = table
                    .Strings("version_nodes")
                    .Where(soname => IsSoname(table, "version_nodes", soname))
                    .Select(soname => soname.Value)
                    .ToFrozenSet(StringComparer.Ordinal),
            };
        }

        if (table.Table("symbol_policy") is { } policy)
        {
            derivation = derivation with
            {
                SymbolPolicy = policy
                    .Keys.Where(soname => IsSoname(table, "symbol_policy", soname))
                    .Select(soname => (Soname: soname.Value, Prefix: policy.String(soname.Value)))
                    .Where(pair => pair.Prefix is not null)
                    .ToFrozenDictionary(pair => pair.Soname, pair => pair.Prefix!.Value.Value, StringComparer.Ordinal),
            };
        }

        table.Finish();
        return derivation;
    }

    private static Derivation WithParts(Derivation derivation, TomlSection section, string key)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (Located<string> part in section.Strings(key))
        {
            if (!Derivation.Parts.Contains(part.Value))
            {
                section.Problems.Error(
                    part.Position,
                    $"{key} in {section.Label}: {DisplayText.Quote(part.Value)} is none of {string.Join(", ", Derivation.Parts)}"
                        + NearestName.Suggestion(part.Value, Derivation.Parts),
                    RecipeRule.Value
                );
            }
            else if (!seen.Add(part.Value))
            {
                section.Problems.Error(
                    part.Position,
                    $"{key} in {section.Label}: \"{part.Value}\" comes twice",
                    RecipeRule.Value
                );
            }
        }

        return derivation with
        {
            Sonames = seen.Contains(Derivation.SonamePart),
            VersionNodes = seen.Contains(Derivation.VersionNodePart),
            PkgConfig = seen.Contains(Derivation.PkgConfigPart),
        };
    }

    private static bool IsSoname(TomlSection section, string key, Located<string> soname)
    {
        if (VirtualName.TryParse(soname.Value, out _, out _) && Derivation.CanHaveNodes(soname.Value))
        {
            return true;
        }

        section.Problems.Error(
            soname.Position,
            $"{key} in {section.Label}: {DisplayText.Quote(soname.Value)} is not a soname such as \"libstdc++.so.6\"",
            RecipeRule.Value
        );
        return false;
    }
}
