using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Editions;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>Reads the sections that belong to peipkg-build, and finds everything that is wrong with them.</summary>
internal sealed class RecipeReader
{
    private static readonly string[] SectionNames =
    [
        "meta",
        "package",
        "build",
        "source",
        "test",
        "sign",
        "upstream",
        "watch",
        "limits",
    ];

    private readonly TomlFile _file;
    private readonly Edition? _wanted;
    private readonly RecipeTarget _target;
    private readonly string _directory;

    private RecipeReader(TomlFile file, Edition? wanted, RecipeTarget target)
    {
        _file = file;
        _target = target;
        _wanted = wanted;
        _directory = Path.GetDirectoryName(Path.GetFullPath(file.Problems.File)) ?? "/";
    }

    private ProblemList Problems => _file.Problems;

    internal static Recipe Read(TomlFile file, Edition? wanted, RecipeTarget target) =>
        new RecipeReader(file, wanted, target).Read();

    private Recipe Read()
    {
        RefuseSigns();
        WarnOfOddSections();
        RecipeMeta meta = ReadMeta();
        BuildSettings build = BuildSettings.Read(_file);
        string? test = ReadTest();
        SourceSettings? source = SourceSettings.Read(_file);
        StanzaSplit.Expand(_file);
        StanzaPlaceholders.Expand(_file, _target, meta.Edition);
        List<Stanza?> stanzas = [];
        StanzaReader reader = new(Problems, meta.Edition);
        foreach (TomlSection section in _file.Sections("package"))
        {
            stanzas.Add(reader.Read(section));
        }

        reader.CheckSiblings();
        if (_file.Root.Find("package") is null)
        {
            Problems.Error(
                TomlPosition.Start,
                "the recipe has no [[package]]: it needs one for each package it produces",
                RecipeRule.MissingKey
            );
        }

        return new Recipe(Problems.File, _directory, meta, [.. stanzas.OfType<Stanza>()], Problems.Warnings)
        {
            Build = build,
            Source = source,
            TestScript = test,
        };
    }

    private void WarnOfOddSections()
    {
        foreach (TomlEntry entry in _file.Root.Entries.Where(entry => !SectionNames.Contains(entry.Key)))
        {
            if (entry.Value is not (TomlTable or TomlArray { FromHeaders: true }))
            {
                Problems.Warning(
                    entry.Position,
                    $"{DisplayText.Quote(entry.Key)} is outside any section and is ignored",
                    RecipeRule.UnknownSection
                );
            }
            else if (NearestName.Suggestion(entry.Key, SectionNames) is { Length: > 0 } suggestion)
            {
                Problems.Warning(
                    entry.Position,
                    $"the section {DisplayText.Quote(entry.Key)} is ignored{suggestion}",
                    RecipeRule.UnknownSection
                );
            }
        }
    }

    private RecipeMeta ReadMeta()
    {
        if (_file.Section("meta") is not { } section)
        {
            if (_file.Root.Find("meta") is null)
            {
                Problems.Error(
                    TomlPosition.Start,
                    "the recipe has no [meta]: it needs one with build_script",
                    RecipeRule.MissingKey
                );
            }

            return new RecipeMeta("", "", "", "", _wanted ?? Edition.Default);
        }

        Edition edition = ReadEdition(section);
        Located<string>? license = section.Parsed<string>("license", ParseLicense);
        Located<string>? homepage = section.Parsed<string>("homepage", ParseHomepage, rule: RecipeRule.Homepage);
        Located<string>? source = section.String("source");
        Located<string>? script = section.String("build_script", required: true);
        section.Finish();
        if (script is { } located)
        {
            CheckFile("build_script in [meta]", located);
        }

        return new RecipeMeta(
            license?.Value ?? "",
            homepage?.Value ?? "",
            source?.Value ?? "",
            script?.Value ?? "",
            edition
        );
    }

    private string? ReadTest()
    {
        if (_file.Section("test") is not { } section)
        {
            return null;
        }

        Located<string>? script = section.String("script", required: true);
        section.Finish();
        if (script is { } located)
        {
            CheckFile("script in [test]", located);
        }

        return script?.Value;
    }

    private Edition ReadEdition(TomlSection section)
    {
        Located<Edition>? stated = section.Parsed<Edition>("edition", Edition.TryParse);
        if (stated is { } located && _wanted is not null && located.Value != _wanted)
        {
            Problems.Error(
                located.Position,
                $"edition in [meta]: the recipe is of edition {located.Value}, and packages of edition {_wanted} are asked for",
                RecipeRule.Value
            );
        }

        return _wanted ?? stated?.Value ?? Edition.Default;
    }

    // Whatever else such a section says, and whatever it names, does not matter.
    private void RefuseSigns()
    {
        if (_file.Root.Find("sign") is { } sign)
        {
            Problems.Error(
                sign.Value is TomlArray { Items: [{ } first, ..] } ? first.Position : sign.Position,
                "[[sign]] was retired and nothing acts on it; remove the section",
                RecipeRule.Sign
            );
        }
    }

    private void CheckFile(string label, Located<string> path)
    {
        string shown = DisplayText.Quote(path.Value);
        if (!InnerPath.StaysInside(path.Value))
        {
            Problems.Error(
                path.Position,
                $"{label}: {shown} is not a path inside the recipe directory; write it relative to the recipe, without \"..\"",
                RecipeRule.RecipeFile
            );
        }
        else if (Directory.Exists(Path.Combine(_directory, path.Value)))
        {
            Problems.Error(path.Position, $"{label}: {shown} is a directory", RecipeRule.RecipeFile);
        }
        else if (!File.Exists(Path.Combine(_directory, path.Value)))
        {
            Problems.Error(
                path.Position,
                $"{label}: {shown} does not exist in the recipe directory {_directory}",
                RecipeRule.RecipeFile
            );
        }
        else if (FileStatus.Of(Path.Combine(_directory, path.Value), followLinks: true) is { IsRegular: false } special)
        {
            // A shell would wait for a FIFO for ever.
            Problems.Error(
                path.Position,
                $"{label}: {shown} is {special.Kind.Noun()}; it must be a file",
                RecipeRule.RecipeFile
            );
        }
    }

    private static bool ParseLicense(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        const int Longest = 4096;
        value = text ?? "";
        int control = value.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        control = control < 0 ? value.IndexOf('\x7f', StringComparison.Ordinal) : control;
        error =
            control >= 0
                ? $"the character U+{(int)value[control]:X4} at position {control + 1} is a control character; write the licence on one line"
            : value.Length > Longest
                ? $"it has {value.Length} characters, more than {Longest}; use LicenseRef-NAME for a licence of your own"
            : null;
        return error is null;
    }

    private static bool ParseHomepage(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = null;
        return value.Length == 0 || HttpUrl.TryValidateAbsolute(value, out error);
    }
}
