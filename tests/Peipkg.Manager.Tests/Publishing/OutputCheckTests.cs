using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Manager.Publishing;

namespace Peipkg.Manager.Tests.Publishing;

public sealed class OutputCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // The older edition has no word for the class of licence.
    private string Package(string name, string built, Edition edition)
    {
        string path = _directory[name];
        using FileStream file = File.Create(path);
        PackageWriter.Write(
            file,
            new Manifest
            {
                Name = PackageName.Parse(name),
                Version = PackageVersion.Parse("1.0-1"),
                Architecture = Architecture.NoArch,
                Description = "A sample.",
                License = "MIT",
                LicenseClass = edition == Edition.Default ? default : LicenseClass.Free,
                Build = new BuildInfo(Timestamp.Parse(built), "farm", "test://sample"),
            },
            [PayloadSource.File("usr/share/sample/file", Encoding.UTF8.GetBytes(name))],
            key: null,
            new PackageWriteOptions { Workers = 1, Edition = edition }
        );
        return path;
    }

    [Fact]
    public void The_newest_build_is_known_of_packages_of_every_edition()
    {
        foreach (Edition edition in Edition.All)
        {
            string[] packages =
            [
                Package("one", "2026-05-01T12:00:00Z", edition),
                Package("two", "2026-05-07T12:00:00Z", edition),
            ];
            Assert.Equal(ManualClock.Noon, OutputCheck.NewestBuild(packages));
        }
    }

    [Fact]
    public void What_is_gone_or_no_package_has_no_build_time()
    {
        string whole = Package("one", "2026-05-07T12:00:00Z", Edition.Default);
        File.WriteAllText(_directory["broken"], "no package");
        string[] unreadable = [_directory["broken"], _directory["gone"]];
        Assert.Null(OutputCheck.NewestBuild(unreadable));
        Assert.Equal(ManualClock.Noon, OutputCheck.NewestBuild([.. unreadable, whole]));
    }
}
