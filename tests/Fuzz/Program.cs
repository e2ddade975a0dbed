using System.Globalization;
using Peipkg.Fuzz;

// usage: Fuzz SECONDS [SEED [TARGET]]   tries inputs for so long; the same seed tries the same ones
//        Fuzz one TARGET SEED NUMBER     tries one of them again
//        Fuzz list                       names the targets
return args switch
{
    ["list"] => List(),
    ["one", string target, string seed, string number] => new FuzzRun(Number(seed)).One(target, Number(number)),
    [string seconds] => new FuzzRun(1).Run(TimeSpan.FromSeconds(Number(seconds)), null),
    [string seconds, string seed] => new FuzzRun(Number(seed)).Run(TimeSpan.FromSeconds(Number(seconds)), null),
    [string seconds, string seed, string target] => new FuzzRun(Number(seed)).Run(
        TimeSpan.FromSeconds(Number(seconds)),
        target
    ),
    _ => Usage(),
};

static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int List()
{
    foreach (FuzzTarget target in FuzzTargets.All)
    {
        Console.WriteLine(target.Name);
    }

    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: Fuzz SECONDS [SEED [TARGET]] | one TARGET SEED NUMBER | list");
    return 2;
}
