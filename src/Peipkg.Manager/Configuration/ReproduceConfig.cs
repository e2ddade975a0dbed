using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary><c>[reproduce]</c>: the farm builds again what it has published, and compares.</summary>
/// <param name="PerDay"><c>per_day</c>: so many builds in 24 hours, at most; 0: none.</param>
internal sealed record ReproduceConfig(int PerDay)
{
    private const int MostPerDay = 10_000;

    public static ReproduceConfig Default { get; } = new(0);

    /// <summary>Reads the section; problems go to the file's list.</summary>
    public static ReproduceConfig Read(TomlFile file)
    {
        if (file.Section("reproduce") is not { } section)
        {
            return Default;
        }

        int perDay = Default.PerDay;
        if (section.Integer("per_day") is { } number)
        {
            if (number.Value is < 0 or > MostPerDay)
            {
                section.Problems.Error(
                    number.Position,
                    $"per_day in {section.Label} must be from 0 to {MostPerDay}, not {number.Value}"
                );
            }
            else
            {
                perDay = (int)number.Value;
            }
        }

        section.Finish();
        return new ReproduceConfig(perDay);
    }
}
