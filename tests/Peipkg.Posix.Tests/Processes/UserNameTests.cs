using Peipkg.Posix.Processes;

namespace Peipkg.Posix.Tests.Processes;

public class UserNameTests
{
    [Fact]
    public void Users_have_the_names_that_the_system_gives_them_and_others_their_numbers()
    {
        Assert.Equal("root", UserName.Of(0));
        Assert.Equal(Environment.UserName, UserName.Of(OwnProcess.EffectiveUser));
        Assert.Equal("4294967291", UserName.Of(4294967291));
    }
}
