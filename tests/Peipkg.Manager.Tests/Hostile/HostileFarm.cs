using System.Globalization;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>What the tests of this folder share: how much of them runs, and who is left afterwards.</summary>
internal static class HostileFarm
{
    /// <summary>Whether all of it runs (the long scenario) or what is quick.</summary>
    public static bool All { get; } = Environment.GetEnvironmentVariable("PEIPKG_TEST_HOSTILE") == "all";

    /// <summary>Processes of the farm, those of its scripts included: whoever has its directory in the environment or works in it.</summary>
    public static IReadOnlyList<string> Left(TestFarm farm)
    {
        List<string> found = [];
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[6])))
        {
            try
            {
                if (
                    int.Parse(process[6..], CultureInfo.InvariantCulture) != Environment.ProcessId
                    && (
                        File.ReadAllText(process + "/environ").Contains(farm["state"], StringComparison.Ordinal)
                        || new FileInfo(process + "/cwd").LinkTarget?.StartsWith(
                            farm["state"],
                            StringComparison.Ordinal
                        ) == true
                    )
                )
                {
                    found.Add(File.ReadAllText(process + "/cmdline").Replace('\0', ' '));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended.
            }
        }

        return found;
    }

    /// <summary>Says something in the configuration that <see cref="TestFarm.Configure"/> does not.</summary>
    public static void Add(TestFarm farm, string text) => File.AppendAllText(farm["config.toml"], text);

    /// <summary>Likewise in a recipe.</summary>
    public static void AddToRecipe(TestFarm farm, string recipe, string text) =>
        File.AppendAllText(farm[$"recipes/{recipe}/peipkg.toml"], text);
}
