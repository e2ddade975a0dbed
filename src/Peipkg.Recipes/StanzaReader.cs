using System.Diagnostics.CodeAnalysis;
using System.Text;
using Peipkg.Format;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>Reads stanzas, one after the other, and what they say of each other.</summary>
internal sealed class StanzaReader(ProblemList problems, Edition edition)
{
    private readonly EditionMembers _members = new(edition);
    private readonly Dictionary<string, TomlPosition> _names = new(StringComparer.Ordinal);
    private readonly List<(string Stanza, Located<string> Name)> _sameBuilds = [];

    /// <summary>Reads one stanza.</summary>
    /// <returns>The stanza, or null when it cannot be used.</returns>
    internal Stanza? Read(TomlSection section)
    {
        Located<PackageName>? name = section.Parsed<PackageName>(
            "name",
            PackageName.TryParse,
            required: true,
            RecipeRule.PackageName
        );
        Located<Architecture>? architecture = section.Parsed<Architecture>(
            "architecture",
            ParseArchitecture,
            required: true,
            RecipeRule.Architecture
        );
        Located<string>? description = section.Parsed<string>(
            "description",
            ParseDescription,
            rule: RecipeRule.Description
        );
        string stanza = name?.Value.Text ?? "";
        if (name is { } located && !_names.TryAdd(stanza, located.Position))
        {
            problems.Error(
                located.Position,
                $"name in {section.Label}: two stanzas are named \"{stanza}\"; the first is on line {_names[stanza].Line}",
                RecipeRule.DuplicateName,
                "Rename one of the packages."
            );
        }

        List<StanzaDependency> dependencies = ReadDependencies(section, "dependencies", Limits.Dependencies, stanza);
        List<StanzaDependency> optional = ReadDependencies(
            section,
            "optional_dependencies",
            Limits.OptionalDependencies,
            stanza
        );
        List<StanzaDependency> conflicts = ReadDependencies(section, "conflicts", Limits.Conflicts, stanza);
        List<Provide> provides = ReadProvides(section);
        List<Replacement> replaces = ReadReplaces(section);
        List<SideEffect> sideEffects = ReadSideEffects(section);
        List<FilePattern> files = ReadFiles(section);
        IReadOnlyList<LicenseFile> licenses = LicenseFile.Read(section, stanza, files);
        LicenseClass licenseClass = _members.LicenseClass(section);
        RootName? defaultRoot = _members.DefaultRoot(section);
        bool special = _members.SpecialSystemPackage(section);
        AlternateUpgrade? upgrade = _members.AlternateUpgrade(section);
        Derivation? derive = DerivationReader.Read(section);
        bool splitsDebug = StanzaSplit.Read(section, architecture?.Value);
        section.Finish();
        return name is null || architecture is null
            ? null
            : new Stanza
            {
                Name = name.Value.Value,
                Architecture = architecture.Value.Value,
                Description = description?.Value ?? "",
                LicenseClass = licenseClass,
                DefaultRoot = defaultRoot,
                SpecialSystemPackage = special,
                AlternateUpgrade = upgrade,
                Dependencies = dependencies,
                OptionalDependencies = optional,
                Conflicts = conflicts,
                Provides = provides,
                Replaces = replaces,
                SideEffects = sideEffects,
                Files = files,
                Licenses = licenses,
                Derive = derive,
                SplitFrom = section.MadeFrom,
                SplitsDebug = splitsDebug,
                HoldsDebug = StanzaSplit.HoldsDebug(section, name.Value.Value),
                Position = section.Position,
            };
    }

    /// <summary>Checks that every <c>same_build</c> names another stanza, once all are read.</summary>
    internal void CheckSiblings()
    {
        foreach ((string stanza, Located<string> name) in _sameBuilds)
        {
            if (name.Value == stanza)
            {
                problems.Error(
                    name.Position,
                    $"same_build: \"{stanza}\" cannot depend on itself",
                    RecipeRule.SameBuild,
                    "Remove the dependency, or name another package of this recipe."
                );
            }
            else if (!_names.ContainsKey(name.Value))
            {
                problems.Error(
                    name.Position,
                    $"same_build: {DisplayText.Quote(name.Value)} is not another [[package]] of this recipe"
                        + NearestName.Suggestion(name.Value, _names.Keys.Where(sibling => sibling != stanza)),
                    RecipeRule.SameBuild,
                    "Name another package of this recipe, or use constraint instead of same_build."
                );
            }
        }
    }

    private List<StanzaDependency> ReadDependencies(TomlSection section, string key, int limit, string stanza)
    {
        List<StanzaDependency> list = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (TomlSection entry in Entries(section, key, limit))
        {
            Located<VirtualName>? name =
                key == "conflicts"
                    ? ParsePackageName(entry)
                    : entry.Parsed<VirtualName>("name", VirtualName.TryParse, required: true, RecipeRule.VirtualName);
            Located<VersionConstraint>? constraint = entry.Parsed<VersionConstraint>(
                "constraint",
                VersionConstraint.TryParse,
                rule: RecipeRule.Constraint
            );
            Located<string>? arch = entry.Parsed<string>("arch", ParseArch, rule: RecipeRule.Architecture);
            Located<bool>? sameBuild = entry.Boolean("same_build");
            RelationExtras? extras = key == "conflicts" ? null : _members.OfDependency(entry);
            entry.Finish();
            if (sameBuild is { } misplaced && key == "conflicts")
            {
                problems.Error(
                    misplaced.Position,
                    $"same_build in {entry.Label}: packages of one build cannot conflict",
                    RecipeRule.SameBuild,
                    "Remove the conflict, or use constraint instead of same_build."
                );
            }
            else if (sameBuild is { Value: true })
            {
                if (entry.Has("constraint"))
                {
                    problems.Error(
                        sameBuild.Value.Position,
                        $"same_build in {entry.Label} is a constraint already, and there is another",
                        RecipeRule.SameBuild,
                        "Remove same_build or constraint."
                    );
                }

                if (name is { } sibling)
                {
                    _sameBuilds.Add((stanza, new(sibling.Value.Text, sibling.Position)));
                }
            }

            if (name is { } located && IsFirst(seen, entry, located.Value.Text, located.Position))
            {
                list.Add(
                    new StanzaDependency(located.Value, constraint?.Value, arch is not null, sameBuild?.Value ?? false)
                    {
                        Extras = extras,
                    }
                );
            }
        }

        return list;
    }

    private List<Provide> ReadProvides(TomlSection section)
    {
        List<Provide> list = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (TomlSection entry in Entries(section, "provides", Limits.Provides))
        {
            Located<VirtualName>? name = entry.Parsed<VirtualName>(
                "name",
                VirtualName.TryParse,
                required: true,
                RecipeRule.VirtualName
            );
            Located<VersionOperand>? version = entry.Parsed<VersionOperand>(
                "version",
                VersionOperand.TryParse,
                rule: RecipeRule.Version
            );
            RelationExtras? extras = _members.OfProvide(entry);
            entry.Finish();
            if (name is { } located && IsFirst(seen, entry, located.Value.Text, located.Position))
            {
                list.Add(new Provide(located.Value, version?.Value) { Extras = extras });
            }
        }

        return list;
    }

    private List<Replacement> ReadReplaces(TomlSection section)
    {
        List<Replacement> list = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (TomlSection entry in Entries(section, "replaces", Limits.Replaces))
        {
            Located<PackageName>? name = entry.Parsed<PackageName>(
                "name",
                PackageName.TryParse,
                required: true,
                RecipeRule.PackageName
            );
            Located<VersionConstraint>? constraint = entry.Parsed<VersionConstraint>(
                "constraint",
                VersionConstraint.TryParse,
                rule: RecipeRule.Constraint
            );
            entry.Finish();
            if (name is { } located && IsFirst(seen, entry, located.Value.Text, located.Position))
            {
                list.Add(new Replacement(located.Value, constraint?.Value));
            }
        }

        return list;
    }

    private List<SideEffect> ReadSideEffects(TomlSection section)
    {
        List<SideEffect> list = [];
        foreach (Located<string> text in section.Strings("side_effects"))
        {
            if (!SideEffects.TryParse(text.Value, out SideEffect effect))
            {
                problems.Error(
                    text.Position,
                    $"side_effects in {section.Label}: {DisplayText.Quote(text.Value)} is not one of {edition.SideEffectNames}"
                        + NearestName.Suggestion(
                            text.Value,
                            edition.Layout.SideEffects.Select(rule => rule.Effect.Text())
                        ),
                    RecipeRule.SideEffect
                );
            }
            else if (edition.Lack(effect) is { } lack)
            {
                problems.Error(text.Position, $"side_effects in {section.Label}: {lack}", RecipeRule.SideEffect);
            }
            else if (list.Contains(effect))
            {
                problems.Error(
                    text.Position,
                    $"side_effects in {section.Label}: \"{text.Value}\" is declared twice",
                    RecipeRule.SideEffect
                );
            }
            else
            {
                list.Add(effect);
            }
        }

        return list;
    }

    private List<FilePattern> ReadFiles(TomlSection section)
    {
        List<FilePattern> list = [];
        IReadOnlyList<Located<string>> patterns = section.Strings("files", required: true);
        foreach (Located<string> text in patterns)
        {
            if (Glob.TryParse(text.Value, out Glob glob, out string? error))
            {
                list.Add(new FilePattern(glob, text.Position));
            }
            else
            {
                problems.Error(text.Position, $"files in {section.Label}: {error}", RecipeRule.GlobSyntax);
            }
        }

        return list;
    }

    private IReadOnlyList<TomlSection> Entries(TomlSection section, string key, int limit)
    {
        IReadOnlyList<TomlSection> entries = section.Tables(key);
        if (entries.Count > limit)
        {
            problems.Error(
                section.PositionOf(key),
                $"{key} in {section.Label} has more than the {limit} entries allowed",
                RecipeRule.TooMany
            );
            return [];
        }

        return entries;
    }

    private bool IsFirst(HashSet<string> seen, TomlSection entry, string name, TomlPosition position)
    {
        if (seen.Add(name))
        {
            return true;
        }

        problems.Error(
            position,
            $"{entry.Label}: \"{name}\" occurs twice",
            RecipeRule.DuplicateName,
            "Remove one of the two, and join their constraints with a comma."
        );
        return false;
    }

    private static Located<VirtualName>? ParsePackageName(TomlSection entry) =>
        entry.Parsed<PackageName>("name", PackageName.TryParse, required: true, RecipeRule.PackageName) is { } name
            ? new(name.Value, name.Position)
            : null;

    private bool ParseArchitecture(string? text, out Architecture value, [NotNullWhen(false)] out string? error)
    {
        if (Architecture.TryParse(text, out value, out error) && !edition.Knows(value))
        {
            error =
                $"packages cannot be built for {DisplayText.Quote(text)}; the architectures are {edition.ArchitectureNames}"
                + NearestName.Suggestion(text!, edition.Layout.Architectures.Select(known => known.Architecture.Text));
        }

        return error is null;
    }

    private static bool ParseArch(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = value == "any" ? null : $"{DisplayText.Quote(text)} is not possible; the only value is \"any\"";
        return error is null;
    }

    private static bool ParseDescription(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        int bad = value.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (bad < 0)
        {
            error = null;
            return true;
        }

        Rune.DecodeFromUtf16(value.AsSpan(bad), out Rune rune, out _);
        string shown = rune.Value < 0x80 ? "" : $"\"{rune}\", ";
        error =
            $"the character {shown}U+{rune.Value:X4} at position {bad + 1} is not printable ASCII; "
            + (rune.Value is 0x2013 or 0x2014 ? "write \"-\" for a dash" : "descriptions hold nothing else");
        return false;
    }
}
