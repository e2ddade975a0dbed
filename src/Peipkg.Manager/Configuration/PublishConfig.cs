using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary>What happens to packages whose publication would leave a published package without something that it needs.</summary>
internal enum OnBreak
{
    /// <summary>They wait until that package is built again, or an operator decides.</summary>
    Hold,

    /// <summary>They wait, and the farm builds that package again by itself.</summary>
    Rebuild,

    /// <summary>They are published all the same.</summary>
    Publish,
}

/// <summary><c>[publish]</c>.</summary>
/// <param name="OnBreak">What happens to packages that would break others.</param>
internal sealed record PublishConfig(OnBreak OnBreak)
{
    private static readonly Dictionary<string, OnBreak> Words = new(StringComparer.Ordinal)
    {
        ["hold"] = OnBreak.Hold,
        ["rebuild"] = OnBreak.Rebuild,
        ["publish"] = OnBreak.Publish,
    };

    public static PublishConfig Default { get; } = new(OnBreak.Hold);

    /// <summary>Whether special system packages that install outside the layout are published (PSPU 5.18).</summary>
    public bool AllowSpecialSystem { get; init; }

    /// <summary>Reads the section; problems go to the file's list.</summary>
    public static PublishConfig Read(TomlFile file)
    {
        if (file.Section("publish") is not { } section)
        {
            return Default;
        }

        PublishConfig config = new(
            section.Parsed<OnBreak>("on_break", ConfigWord.OneOf(Words))?.Value ?? Default.OnBreak
        )
        {
            AllowSpecialSystem = section.Boolean("allow_special_system")?.Value ?? Default.AllowSpecialSystem,
        };
        section.Finish();
        return config;
    }
}
