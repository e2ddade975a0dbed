using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Versions from archives on a page: real HTTP, the real curl, and a lock that says which archive is right.</summary>
[Trait("Speed", "slow")]
public sealed class ArchiveTests : IAsyncLifetime, IDisposable
{
    private readonly TestFarm _farm = new();
    private PlainHttpServer _server = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_farm["www"]);
        _server = await PlainHttpServer.StartAsync(_farm["www"]);
        _farm.AddRecipe("hello", "greeting", doc: false);
        string recipe = _farm["recipes/hello/peipkg.toml"];
        string text = File.ReadAllText(recipe);
        File.WriteAllText(
            recipe,
            text[..text.IndexOf("[upstream]", StringComparison.Ordinal)]
                + $$$"""
                [source]
                archive = "{{{_server.Url("hello-{{version}}.tar.gz")}}}"
                [upstream]
                listing = "{{{_server.Url("files.html")}}}"
                file_pattern = "^hello-([0-9.]+)[.]tar[.]gz$"
                peios_revision = 1

                """
        );
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _farm.Dispose();

    [Fact]
    public void A_version_is_built_once_its_archive_is_locked_and_only_from_that_one()
    {
        Offer("1.0");
        (int exit, string log) = _farm.Once();
        Assert.True(exit == 0, log);
        Assert.Empty(_farm.Published());
        string status = Status();
        Assert.Contains("peipkg.lock does not say which archive it is", status, StringComparison.Ordinal);
        Assert.Contains("hello 1.0 is out", status, StringComparison.Ordinal);
        Assert.Contains($"peipkg-build lock {_farm["recipes/hello"]} --version 1.0", status, StringComparison.Ordinal);

        Lock("1.0");
        (exit, log) = _farm.Once();
        Assert.True(exit == 0, log);
        Assert.Equal(["greeting 1.0-1"], _farm.Published());
        Assert.DoesNotContain("is out", Status(), StringComparison.Ordinal);
        string shown = TestFarm.RunTool(Tools.Repo, "show", "--repo", _farm["state/repo"], "greeting", "--provenance");
        Assert.Contains(_server.Url("hello-1.0.tar.gz"), shown, StringComparison.Ordinal);

        // Another archive under the same name is not what a person has looked at.
        Offer("1.1");
        Lock("1.1");
        Offer("1.1", content: "exchanged");
        (exit, log) = _farm.Once();
        Assert.True(exit == 1, log);
        Assert.Contains("is not the archive that peipkg.lock names for 1.1", log, StringComparison.Ordinal);
        Assert.Equal(["greeting 1.0-1"], _farm.Published());

        // Nothing of the fetching is left.
        Assert.Empty(Directory.EnumerateFileSystemEntries(_farm["state/sources"]));
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(_farm["state/stage"]),
            static entry => !entry.EndsWith("tmp", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_page_that_is_gone_is_the_upstreams_trouble_and_loses_nothing()
    {
        Offer("1.0");
        Lock("1.0");
        Assert.Equal(0, _farm.Once().ExitCode);
        File.Delete(_farm["www/files.html"]);
        (int exit, string log) = _farm.Once();
        Assert.True(exit == 1, log);
        Assert.Contains("cannot be listed: the server answers HTTP 404", log, StringComparison.Ordinal);
        Assert.Equal(["greeting 1.0-1"], _farm.Published());
    }

    private string Status()
    {
        using ManagerProcess manager = _farm.Start("status");
        manager.WaitForExit();
        return manager.Log;
    }

    private void Lock(string version) =>
        TestFarm.RunTool(Tools.Build, "lock", _farm["recipes/hello"], "--version", version);

    private void Offer(string version, string content = "hello")
    {
        using (FileStream file = File.Create(_farm[$"www/hello-{version}.tar.gz"]))
        using (GZipStream packed = new(file, CompressionLevel.Fastest))
        using (TarWriter tar = new(packed))
        {
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, $"hello-{version}/greeting")
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content + "\n")),
                    ModificationTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
                }
            );
        }

        File.AppendAllText(_farm["www/files.html"], $"<li><a href=\"hello-{version}.tar.gz\">hello {version}</a>\n");
    }
}
