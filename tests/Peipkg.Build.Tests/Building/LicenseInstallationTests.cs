using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

public sealed class LicenseInstallationTests : IDisposable
{
    private readonly Workbench _bench = new();

    public LicenseInstallationTests()
    {
        _bench.Write("source/COPYING", "as you like\n");
        _bench.Write("source/doc/MIT.txt", "likewise\n");
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("usr/share/demo/*")]
    [InlineData("usr/**")]
    public void They_are_installed_and_claimed(string files)
    {
        Licenses(files, "COPYING", "doc/MIT.txt");
        _bench.Build("--deny", "warnings").Succeeds();
        Assert.Equal(
            ["usr/share/demo/file", "usr/share/licenses/demo/COPYING", "usr/share/licenses/demo/MIT.txt"],
            _bench
                .Package("demo_1.2-3_noarch.peipkg")
                .Entries.Where(entry => entry.Kind != Format.Layout.PayloadKind.Directory)
                .Select(entry => entry.Path)
                .Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("NONE")]
    [InlineData("link")]
    [InlineData("doc")]
    public void What_is_no_file_of_the_source_is_refused(string name)
    {
        File.CreateSymbolicLink(_bench["source/link"], "/etc/passwd");
        Licenses("usr/**", name);
        _bench.Build().Fails($"licenses in [[package]]: \"{name}\" is no file of the source tree");
    }

    [Fact]
    public void Nothing_is_written_through_a_link_of_the_script()
    {
        _bench.Script("mkdir -p \"$DESTDIR/usr/share\"; ln -s \"$SOURCE_DIR\" \"$DESTDIR/usr/share/licenses\"");
        Licenses("usr/**", "COPYING");
        _bench.Build().Fails("usr/share/licenses/demo/COPYING cannot be installed");
        Assert.False(Directory.Exists(_bench["source/demo"]));
    }

    [Theory]
    [InlineData("../COPYING", "is no path inside the source tree")]
    [InlineData("/etc/passwd", "is no path inside the source tree")]
    [InlineData("COPYING\", \"doc/COPYING", "two files are named \"COPYING\"")]
    public void Mistakes_are_told(string name, string message)
    {
        Licenses("usr/**", name);
        _bench.Build().Fails(message);
    }

    private void Licenses(string files, params string[] names) =>
        _bench.Recipe(
            Workbench.OneStanza.Replace("usr/**", files, StringComparison.Ordinal)
                + $"licenses = [{string.Join(", ", names.Select(name => $"\"{name}\""))}]\n"
        );
}
