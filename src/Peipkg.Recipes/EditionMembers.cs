using System.Diagnostics.CodeAnalysis;
using Peipkg.Format;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>Reads the keys of stanzas that not every edition of the format has.</summary>
/// <param name="edition">The recipe's edition.</param>
internal sealed class EditionMembers(Edition edition)
{
    internal LicenseClass LicenseClass(TomlSection section) =>
        Allowed(section, ManifestMembers.LicenseClass)
        && section.Parsed<LicenseClass>(ManifestMembers.LicenseClass.Name(), ParseLicenseClass) is { } located
            ? located.Value
            : default;

    internal RootName? DefaultRoot(TomlSection section) => Root(section, ManifestMembers.DefaultRoot);

    internal bool SpecialSystemPackage(TomlSection section) =>
        Allowed(section, ManifestMembers.SpecialSystemPackage)
        && section.Boolean(ManifestMembers.SpecialSystemPackage.Name()) is { Value: true };

    internal AlternateUpgrade? AlternateUpgrade(TomlSection section)
    {
        if (
            !Allowed(section, ManifestMembers.AlternateUpgrade)
            || section.Table(ManifestMembers.AlternateUpgrade.Name()) is not { } table
        )
        {
            return null;
        }

        Located<string>? message = table.String("message", required: true);
        table.Finish();
        if (message is not { } located)
        {
            return null;
        }

        AlternateUpgrade upgrade = new(located.Value);
        if (upgrade.Fault is { } fault)
        {
            table.Problems.Error(
                located.Position,
                $"message in {table.Label} cannot be shown: {fault}",
                RecipeRule.Value
            );
        }

        return upgrade;
    }

    /// <summary>Root and claims of a dependency.</summary>
    internal RelationExtras? OfDependency(TomlSection entry) =>
        RelationExtras.Of(Root(entry, ManifestMembers.Root), Claims(entry, fills: false));

    /// <summary>Claims of a provided name.</summary>
    internal RelationExtras? OfProvide(TomlSection entry) => RelationExtras.Of(claims: Claims(entry, fills: true));

    private RootName? Root(TomlSection section, ManifestMembers member) =>
        Allowed(section, member) && section.Parsed<RootName>(member.Name(), RootName.TryParse) is { } located
            ? located.Value
            : null;

    private Claims? Claims(TomlSection entry, bool fills)
    {
        if (!Allowed(entry, ManifestMembers.Claims) || entry.Table(ManifestMembers.Claims.Name()) is not { } table)
        {
            return null;
        }

        List<ClaimSlot> slots = [];
        foreach (Located<string> key in table.Keys.Take(Limits.ClaimSlots + 1))
        {
            if (slots.Count == Limits.ClaimSlots)
            {
                table.Problems.Error(
                    key.Position,
                    $"{table.Label} has more than the {Limits.ClaimSlots} slots allowed",
                    RecipeRule.TooMany
                );
            }
            else if (ReadSlot(table, key, fills) is { } slot)
            {
                slots.Add(slot);
            }
        }

        return new Claims(slots);
    }

    private ClaimSlot? ReadSlot(TomlSection table, Located<string> key, bool fills)
    {
        if (!PackageName.TryParse(key.Value, out PackageName name, out string? error))
        {
            table.Problems.Error(
                key.Position,
                $"{table.Label}: slots are named as packages are: {error}",
                RecipeRule.PackageName
            );
            return null;
        }

        if (table.Table(key.Value) is not { } section)
        {
            return null;
        }

        ClaimSlot slot = new(name, section.String("path")?.Value, section.String("target")?.Value);
        section.Finish();
        if (slot.Fault(fills, edition) is { } fault)
        {
            table.Problems.Error(key.Position, $"the slot \"{name}\" of {table.Label}: {fault}", RecipeRule.Value);
        }

        return slot;
    }

    // A key that the edition lacks counts as known, since there is more to say of it than that it is not.
    private bool Allowed(TomlSection section, ManifestMembers member)
    {
        string key = member.Name();
        if (section.NodeOf(key) is not { } node || edition.Lack(member) is not { } lack)
        {
            return true;
        }

        section.Problems.Error(
            node.Position,
            $"{key} in {section.Label}: {lack}; the edition is chosen in [meta] or with --edition",
            RecipeRule.UnknownKey
        );
        return false;
    }

    private static bool ParseLicenseClass(string? text, out LicenseClass value, [NotNullWhen(false)] out string? error)
    {
        error = LicenseClasses.TryParse(text, out value)
            ? null
            : $"{DisplayText.Quote(text)} is not one of {string.Join(", ", LicenseClasses.Known)}"
                + NearestName.Suggestion(text ?? "", LicenseClasses.Known);
        return error is null;
    }
}
