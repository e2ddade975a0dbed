using System.Diagnostics;
using System.Globalization;

namespace Peipkg.Fuzz;

/// <summary>
/// Tries inputs on all targets in turn. Input number N of a target follows from the seed and N alone, so that a finding can
/// be tried again, also one that ended the process.
/// </summary>
/// <param name="seed">Chooses the inputs.</param>
internal sealed class FuzzRun(long seed)
{
    private const long MostBytes = 300L << 20;
    private static readonly TimeSpan LongestTry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    // What runs at the moment, for the watch and for whoever reads the trace of a crash.
    private volatile string _trying = "nothing";
    private string _refusal = "";
    private long _began;
    private int _findings;

    /// <summary>Tries inputs for some time.</summary>
    /// <param name="time">How long.</param>
    /// <param name="only">The one target to try; null for all.</param>
    /// <returns>The exit code: 1 when something was found.</returns>
    internal int Run(TimeSpan time, string? only)
    {
        FuzzTarget[] targets = [.. FuzzTargets.All.Where(target => only is null || target.Name == only)];
        Dictionary<FuzzTarget, long> tried = targets.ToDictionary(target => target, _ => 0L);
        Dictionary<FuzzTarget, long> refused = targets.ToDictionary(target => target, _ => 0L);
        Dictionary<FuzzTarget, int> found = targets.ToDictionary(target => target, _ => 0);
        using Timer watch = new(_ => Watch(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Stopwatch whole = Stopwatch.StartNew();
        while (whole.Elapsed < time)
        {
            foreach (FuzzTarget target in targets)
            {
                // A target that fails at every turn is not asked again and again.
                for (
                    long began = Stopwatch.GetTimestamp();
                    found[target] < 5 && Stopwatch.GetElapsedTime(began) < Turn;

                )
                {
                    switch (Try(target, tried[target]++))
                    {
                        case Outcome.Refused:
                            refused[target]++;
                            break;
                        case Outcome.Found:
                            found[target]++;
                            break;
                    }
                }
            }
        }

        foreach (FuzzTarget target in targets.Where(NoneIsTaken))
        {
            Report($"{target.Name} {seed} 0", "no seed is a good input");
        }

        foreach ((FuzzTarget target, long count) in tried)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{target.Name, -18} {count, 9} inputs, {refused[target], 9} refused, {found[target]} findings"
                )
            );
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{"all", -18} {tried.Values.Sum(), 9} inputs with seed {seed}, {_findings} findings"
            )
        );
        return _findings == 0 ? 0 : 1;
    }

    /// <summary>Tries one input again and keeps it in a file.</summary>
    internal int One(string name, long number)
    {
        FuzzTarget target = FuzzTargets.All.First(target => target.Name == name);
        File.WriteAllBytes("input.bin", Input(target, number));
        Console.WriteLine("the input is in input.bin");
        Outcome outcome = Try(target, number);
        Console.WriteLine(outcome == Outcome.Refused ? $"{outcome}: {_refusal}" : outcome);
        return outcome == Outcome.Found ? 1 : 0;
    }

    // What is made of seeds that are refused at their first line never gets far.
    private bool NoneIsTaken(FuzzTarget target) =>
        Enumerable.Range(0, target.Seeds.Count).All(number => Try(target, number) != Outcome.Taken);

    private byte[] Input(FuzzTarget target, long number)
    {
        // The first ones are the seeds as they are.
        if (number < target.Seeds.Count)
        {
            return target.Seeds[(int)number];
        }

        ulong mixed = ((ulong)seed * 0x9e3779b97f4a7c15) ^ ((ulong)number * 0xbf58476d1ce4e5b9);
        return InputMutator.Next(target.Seeds, new Random((int)(mixed ^ (mixed >> 32))));
    }

    private Outcome Try(FuzzTarget target, long number)
    {
        byte[] input = Input(target, number);
        string name = string.Create(CultureInfo.InvariantCulture, $"{target.Name} {seed} {number}");
        _trying = name;
        long before = GC.GetTotalAllocatedBytes();
        TimeSpan worked = Environment.CpuUsage.TotalTime;
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
        Outcome outcome = Outcome.Taken;
        try
        {
            target.Try(input);
        }
        catch (Exception exception) when (target.Refusals.Any(type => type.IsInstanceOfType(exception)))
        {
            outcome = exception.Message.Contains("internal error", StringComparison.Ordinal)
                ? Report(name, exception.ToString())
                : Outcome.Refused;
            _refusal = exception.Message;
        }
        catch (Exception exception)
        {
            outcome = Report(name, exception.ToString());
        }

        Volatile.Write(ref _began, 0);
        long bytes = GC.GetTotalAllocatedBytes() - before;

        // The processor's time: a busy machine is no finding. Who only waits is found by the watch.
        TimeSpan took = Environment.CpuUsage.TotalTime - worked;
        if (took > LongestTry)
        {
            outcome = Report(name, $"took {took.TotalSeconds:0.0} s of the processors");
        }

        return bytes > MostBytes ? Report(name, $"took {bytes >> 20} MiB for {input.Length} bytes") : outcome;
    }

    private Outcome Report(string name, string what)
    {
        Interlocked.Increment(ref _findings);
        Console.WriteLine($"FINDING in {name}: {what}");
        Console.WriteLine($"    again: bash tests/Fuzz/run.sh one {name}");
        return Outcome.Found;
    }

    // On another thread: an input that never ends is a finding as well.
    private void Watch()
    {
        long began = Volatile.Read(ref _began);
        if (began != 0 && Stopwatch.GetElapsedTime(began) > 4 * LongestTry)
        {
            Report(_trying, "does not end");
            Environment.Exit(1);
        }
    }

    private enum Outcome
    {
        Taken,
        Refused,
        Found,
    }
}
