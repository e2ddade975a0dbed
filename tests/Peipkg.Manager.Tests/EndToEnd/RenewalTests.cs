using System.Globalization;
using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Indexes of a farm whose upstreams have nothing new.</summary>
[Trait("Speed", "slow")]
public sealed class RenewalTests : IDisposable
{
    private readonly TestFarm _farm = new();

    public void Dispose() => _farm.Dispose();

    private static string Ago(int days) =>
        DateTimeOffset.UtcNow.AddDays(-days).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private void Make(int days) =>
        TestFarm.RunTool(
            Tools.Repo,
            "init",
            "--name",
            "demo",
            "--sign-key",
            _farm["key"],
            "--timestamp",
            Ago(days),
            "--out",
            _farm["state/repo"]
        );

    private ulong Once()
    {
        (int exit, string log) = _farm.Once();
        Assert.True(exit == 0, log);
        return _farm.Generation;
    }

    [Fact]
    public void Old_indexes_are_renewed_once_and_not_while_a_generation_waits_for_signatures()
    {
        Make(days: 40);
        string pending = Path.Combine(_farm["state/repo"], RepositoryLayout.PendingDirectory);
        Directory.CreateDirectory(pending);
        Assert.Equal(1UL, Once());
        Directory.Delete(pending);
        Assert.Equal(2UL, Once());
        Assert.Equal(2UL, Once());
        _farm.Verify();
    }

    [Fact]
    public void Young_indexes_stay_unless_a_key_is_being_replaced()
    {
        Make(days: 20);
        Assert.Equal(1UL, Once());
        File.Move(_farm["key"], _farm["old"]);
        TestFarm.RunTool(Tools.Repo, "keygen", "--out", _farm["key"]);
        TestFarm.RunTool(
            Tools.Repo,
            "rotate-key",
            "--repo",
            _farm["state/repo"],
            "--old-key",
            _farm["old"],
            "--new-key",
            _farm["key"],
            "--valid-until",
            Ago(-40),
            "--timestamp",
            Ago(10)
        );
        Assert.Equal(3UL, Once());
        Assert.Equal(3UL, Once());
    }
}
