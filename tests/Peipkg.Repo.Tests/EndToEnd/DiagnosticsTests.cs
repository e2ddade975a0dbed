using System.Diagnostics;

namespace Peipkg.Repo.Tests.EndToEnd;

/// <summary>Descriptors that are closed or full, with the program as a process of its own.</summary>
[Trait("Speed", "slow")]
public sealed class DiagnosticsTests
{
    [Theory]
    [InlineData("nosuch 2> /dev/full", 2)]
    [InlineData("nosuch 2>&-", 2)]
    [InlineData("help <&- >&- 2>&-", 0)]
    [InlineData("help > /dev/full", 1)]
    [InlineData("list --repo /nowhere >&- 2> /dev/full", 1)]
    public void What_cannot_be_said_does_not_change_the_exit_code(string line, int code)
    {
        using Process shell = Process.Start("/bin/sh", ["-c", $"{Tool.InShell} {line}"]);
        shell.WaitForExit();

        Assert.Equal(code, shell.ExitCode);
    }
}
