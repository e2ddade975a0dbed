using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Configuration;

public sealed class StateLayoutTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_state_directory_is_the_managers_alone_whoever_made_it(bool exists)
    {
        StateLayout layout = new(_directory["state"]);
        if (exists)
        {
            Directory.CreateDirectory(layout.Root, OwnerOnly | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        layout.Create();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(layout.Root));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(layout.Logs));
    }

    [Fact]
    public void Database_and_logs_are_private()
    {
        StateLayout layout = new(_directory["state"]);
        layout.Create();
        File.WriteAllBytes(layout.Database, []);
        File.SetUnixFileMode(layout.Database, OwnerOnly | UnixFileMode.OtherRead);
        using (ManagerDatabase database = ManagerDatabase.Open(layout.Database))
        {
            foreach (string file in Directory.GetFiles(layout.Root))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }

        using (new AttemptLog(layout.LogOf(1), TimeProvider.System, new Redactor()))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(layout.LogOf(1)));
        }
    }
}
