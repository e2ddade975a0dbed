using Peipkg.Format.Text;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>A file of the source tree that is installed as a package's licence.</summary>
/// <param name="Source">Its path in the source tree.</param>
/// <param name="Target">Where it is installed, relative to $DESTDIR.</param>
public sealed record LicenseFile(string Source, string Target)
{
    private const string Key = "licenses";
    private const string Place = "usr/share/licenses";

    /// <summary>Reads the key of a stanza.</summary>
    /// <param name="section">The stanza.</param>
    /// <param name="package">The package's name; empty if that is not known.</param>
    /// <param name="files">The stanza's patterns, to which one for its licences is added.</param>
    internal static IReadOnlyList<LicenseFile> Read(TomlSection section, string package, List<FilePattern> files)
    {
        List<LicenseFile> licenses = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (Located<string> text in section.Strings(Key))
        {
            string[] path = text.Value.Split('/');
            string? fault =
                !InnerPath.IsPlain(text.Value)
                    ? $"{DisplayText.Quote(text.Value)} is no path inside the source tree; write it relative to $SOURCE_DIR"
                : !names.Add(path[^1]) ? $"two files are named {DisplayText.Quote(path[^1])}"
                : null;
            if (fault is not null)
            {
                section.Problems.Error(text.Position, $"{Key} in {section.Label}: {fault}", RecipeRule.Value);
                continue;
            }

            licenses.Add(new LicenseFile(text.Value, $"{Place}/{package}/{path[^1]}"));
        }

        if (licenses.Count > 0 && Glob.TryParse($"{Place}/{package}/**", out Glob glob, out _))
        {
            files.Add(new FilePattern(glob, section.PositionOf(Key)));
        }

        return licenses;
    }
}
