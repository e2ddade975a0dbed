using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>A running peipkg-manager.</summary>
internal sealed class ManagerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    /// <param name="farm">The farm.</param>
    /// <param name="arguments">The manager's.</param>
    /// <param name="environment">Added to the tests' own.</param>
    /// <param name="through">A program that becomes the manager, with its arguments; none starts the manager itself.</param>
    public ManagerProcess(
        TestFarm farm,
        string[] arguments,
        Dictionary<string, string>? environment = null,
        params string[] through
    )
    {
        string[] words = [.. through, Tools.Manager, .. arguments];
        ProcessStartInfo start = new(words[0], words[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = farm.Path,
        };
        start.Environment["PATH"] = farm.Search;
        start.Environment["HOME"] = farm.Path;
        foreach ((string name, string value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        DataReceivedEventHandler take = (_, line) =>
        {
            lock (_log)
            {
                _log.Append(line.Data).Append('\n');
            }
        };
        _process.ErrorDataReceived += take;
        _process.OutputDataReceived += take;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Patience), "the manager did not end:\n" + Log);
        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Waits until a line of the log matches.</summary>
    public Match WaitFor(string pattern)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            if (Regex.Match(Log, pattern) is { Success: true } match)
            {
                return match;
            }

            bool ended = _process.HasExited;
            if (ended)
            {
                // Its last lines may still be on their way.
                _process.WaitForExit();
            }

            Assert.False(
                watch.Elapsed > Patience || (ended && !Regex.IsMatch(Log, pattern)),
                $"no {pattern} in:\n{Log}"
            );
            Thread.Sleep(20);
        }
    }

    /// <summary>Waits until something is so.</summary>
    public void WaitUntil(Func<bool> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            // Asked first: it may end right after what is waited for.
            bool ended = _process.HasExited;
            if (condition())
            {
                return;
            }

            Assert.False(watch.Elapsed > Patience || ended, $"never came: {what}\n{Log}");
            Thread.Sleep(20);
        }
    }

    public Uri Address => new(WaitFor("msg=\"webhook server listening\" addr=(\\S+)").Groups[1].Value);

    public void Signal(string name)
    {
        using Process kill = Process.Start(
            "/bin/kill",
            ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]
        );
        kill.WaitForExit();
    }

    /// <summary>SIGKILL to the manager alone.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
