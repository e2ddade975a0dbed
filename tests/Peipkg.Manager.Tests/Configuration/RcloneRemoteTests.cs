using Peipkg.Manager.Configuration;

namespace Peipkg.Manager.Tests.Configuration;

public class RcloneRemoteTests
{
    [Theory]
    [InlineData("r2:pkgs.example.org", "r2:pkgs.example.org")]
    [InlineData("/srv/with,comma:and", "/srv/with,comma:and")]
    [InlineData(":local:/srv/www", ":local:/srv/www")]
    public void What_has_no_options_is_taken_as_it_is(string text, string argument)
    {
        Assert.True(RcloneRemote.TryParse(text, out RcloneRemote? remote, out _));
        Assert.Equal((argument, argument), (remote.Argument, remote.Display));
        Assert.Empty(remote.Variables);
    }

    [Fact]
    public void Options_travel_in_the_environment()
    {
        Assert.True(
            RcloneRemote.TryParse(
                ":s3,provider=Other,endpoint=\"http://h:9000\",secret_access_key='a''b,c',force_path_style:bucket/x:y",
                out RcloneRemote? remote,
                out _
            )
        );
        Assert.Equal(("peipkg_target:bucket/x:y", ":s3,…:bucket/x:y"), (remote.Argument, remote.Display));
        Assert.Equal(
            ["ENDPOINT=http://h:9000", "FORCE_PATH_STYLE=true", "PROVIDER=Other", "SECRET_ACCESS_KEY=a'b,c", "TYPE=s3"],
            remote
                .Variables.Select(v => $"{v.Key["RCLONE_CONFIG_PEIPKG_TARGET_".Length..]}={v.Value}")
                .Order(StringComparer.Ordinal)
        );
        Assert.True(RcloneRemote.TryParse("my-r2,region=auto:bucket", out remote, out _));
        Assert.Equal("RCLONE_CONFIG_MY_R2_REGION", Assert.Single(remote.Variables).Key);
        Assert.Equal("my-r2:bucket", remote.Argument);
    }

    [Theory]
    [InlineData("r2,secret=x")]
    [InlineData("r2,secret=\"x:bucket")]
    [InlineData("r2,=x:bucket")]
    [InlineData("r 2,a=b:bucket")]
    public void What_is_cut_short_is_refused(string text) => Assert.False(RcloneRemote.TryParse(text, out _, out _));
}
