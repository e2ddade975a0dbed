using System.Diagnostics;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Site;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;
using Xunit.Abstractions;

namespace Peipkg.Repo.Tests.EndToEnd;

/// <summary>kill -9 at random moments: whatever is left verifies, and publishing again succeeds.</summary>
[Trait("Speed", "slow")]
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 40;
    private const int PackagesEach = 4;

    private readonly RepositoryFixture _fixture = new();
    private readonly Random _random = new(Environment.TickCount);

    [Fact]
    public void Killed_in_place_the_repository_is_always_one_whole_generation()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        TimeSpan usual = Warm();
        int survived = 0;
        for (int round = 0; round < Kills; round++)
        {
            string fresh = PackRound(round);
            ulong before = _fixture.Active.IndexVersion;
            survived += RunAndKill(usual, _fixture.PublishArguments("--new", fresh)) ? 1 : 0;
            RepositoryFixture.Succeed(_fixture.Verify());
            ulong after = _fixture.Active.IndexVersion;
            Assert.InRange(after, before, before + 1);
            RunResult again = Tool.Run(_fixture.PublishArguments("--new", fresh, "--skip-existing"));
            RepositoryFixture.Succeed(again);
            RepositoryFixture.Succeed(_fixture.Verify());
            Directory.Delete(fresh, recursive: true);
        }

        output.WriteLine(
            $"{Kills} runs, {survived} ended before the kill, {usual.TotalMilliseconds:F1} ms each when not killed"
        );
        Assert.Equal((Kills + 1) * PackagesEach, _fixture.Archive.Packages.Count);
        string[] files = [.. RepositoryFixture.Content(_fixture.Repo).Keys];
        Assert.DoesNotContain(files, static name => name.Split('/').Any(static component => component.StartsWith('.')));
        Assert.Equal(
            (Kills + 1) * PackagesEach,
            files.Count(static name => name.EndsWith(PackageFileName.Extension, StringComparison.Ordinal))
        );
        Assert.Equal(
            (Kills + 1) * PackagesEach,
            files.Count(static name => name.StartsWith("p/", StringComparison.Ordinal) && SiteLayout.Owns(name))
        );
    }

    [Fact]
    public void Killed_on_the_way_to_a_new_directory_neither_is_ever_half_there()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        TimeSpan usual = Warm();
        string next = _fixture["next"];
        int survived = 0;
        for (int round = 0; round < Kills; round++)
        {
            string fresh = PackRound(round);
            string[] publish = _fixture.PublishArguments("--new", fresh, "--out", next);
            survived += RunAndKill(usual, publish) ? 1 : 0;
            RepositoryFixture.Succeed(_fixture.Verify());
            if (!Directory.Exists(next))
            {
                RepositoryFixture.Succeed(Tool.Run(publish));
            }

            RepositoryFixture.Succeed(_fixture.Verify("--repo", next));
            Assert.Equal(
                _fixture.Active.IndexVersion + 1,
                IndexDocument.Read(File.ReadAllBytes(Path.Combine(next, "index/active.json"))).IndexVersion
            );
            Directory.Delete(next, recursive: true);
            Directory.Delete(fresh, recursive: true);
        }

        output.WriteLine(
            $"{Kills} runs, {survived} ended before the kill, {usual.TotalMilliseconds:F1} ms each when not killed"
        );
        RepositoryFixture.Succeed(Tool.Run(_fixture.PublishArguments("--out", next)));
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(_fixture.Base),
            static path => Path.GetFileName(path).StartsWith('.')
        );
    }

    public void Dispose() => _fixture.Dispose();

    private TimeSpan Warm()
    {
        string fresh = PackRound(-1);
        RepositoryFixture.Succeed(Tool.Run(_fixture.PublishArguments("--new", fresh)));
        Directory.Delete(fresh, recursive: true);
        Stopwatch watch = Stopwatch.StartNew();
        RepositoryFixture.Succeed(Tool.Run(_fixture.PublishArguments()));
        return watch.Elapsed;
    }

    private string PackRound(int round)
    {
        for (int number = 0; number < PackagesEach; number++)
        {
            _fixture.Pack($"pkg{number}", $"{round + 2}.0-1", file: $"{round}/{number}.peipkg");
        }

        return Path.Combine(_fixture.New, $"{round}");
    }

    /// <summary>Whether the run ended by itself before its time came.</summary>
    private bool RunAndKill(TimeSpan usual, string[] args)
    {
        using Process process = Tool.Start(args);
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan moment = usual * (_random.NextDouble() * 1.3);
        while (watch.Elapsed < moment && !process.HasExited)
        {
            Thread.SpinWait(50);
        }

        if (process.HasExited)
        {
            return true;
        }

        Tool.KillHard(process);
        return false;
    }
}
