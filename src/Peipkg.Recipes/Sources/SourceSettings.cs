using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Sources;

/// <summary>A recipe's <c>[source]</c>: the archive that a version's source tree is made from.</summary>
/// <param name="Archive">Where the archive of each version is.</param>
public sealed record SourceSettings(ArchiveUrl Archive)
{
    /// <summary>The directory of a recipe that holds the public keys of its upstream.</summary>
    public const string KeyDirectory = "keys";

    /// <summary>Where the archive's detached signature is; null for none.</summary>
    public ArchiveUrl? Signature { get; init; }

    /// <summary>The directory of the archive that becomes the source tree; null for its only one, or all of it.</summary>
    public string? Root { get; init; }

    /// <summary>Whether the archive is unpacked; else the file itself is all that the source tree holds.</summary>
    public bool Extract { get; init; } = true;

    /// <summary>The patches to apply, in order.</summary>
    public IReadOnlyList<SourcePatch> Patches { get; init; } = [];

    /// <summary>Reads the section; what is wrong with it goes to the file's problems.</summary>
    /// <param name="file">The recipe.</param>
    /// <returns>The section, or null where there is none that could be used.</returns>
    public static SourceSettings? Read(TomlFile file)
    {
        if (file.Section("source") is not { } section)
        {
            return null;
        }

        Located<ArchiveUrl>? archive = section.Parsed<ArchiveUrl>("archive", ArchiveUrl.TryParse, required: true);
        Located<ArchiveUrl>? signature = section.Parsed<ArchiveUrl>("signature", ArchiveUrl.TryParse);
        Located<string>? root = section.Parsed<string>("root", ParseRoot);
        Located<bool>? extract = section.Boolean("extract");
        IReadOnlyList<SourcePatch> patches = PatchReader.Read(section, file.Problems);
        section.Finish();
        if (extract is { Value: false } && (root?.Position ?? PatchesOf(section)) is { } useless)
        {
            file.Problems.Error(
                useless,
                "[source]: with extract = false there is no tree that root and patches could be about",
                RecipeRule.Value
            );
        }

        string keys = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Problems.File)) ?? "/", KeyDirectory);
        if (signature is { } signed && !Directory.Exists(keys))
        {
            file.Problems.Error(
                signed.Position,
                $"signature in [source]: the recipe has no directory {KeyDirectory} with the upstream's public keys",
                RecipeRule.RecipeFile
            );
        }

        return archive is null
            ? null
            : new SourceSettings(archive.Value.Value)
            {
                Signature = signature?.Value,
                Root = root?.Value,
                Extract = extract?.Value ?? true,
                Patches = patches,
            };
    }

    private static TomlPosition? PatchesOf(TomlSection section) =>
        section.Has("patches") ? section.PositionOf("patches") : null;

    private static bool ParseRoot(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value == "." || InnerPath.IsPlain(value)
                ? null
                : $"{DisplayText.Quote(text)} is no directory of the archive; write it as it stands there, as \"x-1.0/src\", or \".\" for all of the archive";
        return error is null;
    }
}
