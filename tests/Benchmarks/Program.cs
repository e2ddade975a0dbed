using System.Globalization;
using Peipkg.Benchmarks;

return args switch
{
    ["empty", string directory, string count] => ExtremeTrees.WriteEmpty(directory, Number(count)),
    ["random", string file, string mebibytes] => ExtremeTrees.WriteRandom(file, (long)Number(mebibytes) << 20),
    ["packages", string directory, string names, string versions, string key] => SmallPackages.Write(
        directory,
        Number(names),
        Number(versions),
        key
    ),
    ["recipes", string directory, string count] => RecipeTree.Write(directory, Number(count)),
    ["farm", string directory, string programs] => await new FarmLoad(
        Path.GetFullPath(directory),
        Path.GetFullPath(programs)
    ).RunAsync(),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine(
        """
        usage: Benchmarks empty DIRECTORY COUNT                  empty files
               Benchmarks random FILE MEBIBYTES                  one incompressible file
               Benchmarks packages DIRECTORY NAMES VERSIONS KEY  small signed packages
               Benchmarks recipes DIRECTORY COUNT                recipes of three packages each
               Benchmarks farm DIRECTORY PROGRAMS                times a farm: polls, webhooks, memory
        Everything is made from fixed seeds: the same command gives the same bytes.
        """
    );
    return 2;
}
