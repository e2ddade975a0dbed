using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Peipkg.Manager.Http;

namespace Peipkg.Manager.Tests.Http;

/// <summary>Which of a document's compressed copies a client gets.</summary>
public sealed class RepositoryFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-manager-test-").FullName;

    public RepositoryFilesTests()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "index"));
        foreach (string suffix in new[] { "", ".gz", ".zst", ".br" })
        {
            File.WriteAllText(Path.Combine(_directory, "index/active.json" + suffix), "active" + suffix);
        }

        File.WriteAllText(Path.Combine(_directory, "index/archive.json"), "archive");
        File.WriteAllText(Path.Combine(_directory, "index/archive.json.gz"), "archive.gz");
        File.WriteAllText(Path.Combine(_directory, "some.peipkg"), "package");
        File.WriteAllText(Path.Combine(_directory, "some.peipkg.gz"), "no package");
    }

    [Theory]
    [InlineData("index/active.json", "gzip, deflate, br, zstd", "active.zst", "zstd")]
    [InlineData("index/active.json", "gzip, br", "active.br", "br")]
    [InlineData("index/active.json", "gzip", "active.gz", "gzip")]
    [InlineData("index/active.json", "zstd;q=0, gzip", "active.gz", "gzip")]
    [InlineData("index/active.json", "deflate", "active", "")]
    [InlineData("index/active.json", "", "active", "")]
    [InlineData("index/active.json", "nonsense;;", "active", "")]
    [InlineData("index/archive.json", "gzip, br, zstd", "archive.gz", "gzip")]
    [InlineData("some.peipkg", "gzip", "package", "")]
    public async Task A_client_gets_the_copy_that_it_takes_and_the_document_otherwise(
        string path,
        string accepted,
        string content,
        string coding
    )
    {
        await using ServiceProvider services = new ServiceCollection().AddLogging().BuildServiceProvider();
        DefaultHttpContext context = new() { RequestServices = services };
        context.Request.Method = "GET";
        context.Request.Path = "/repo/" + path;
        if (accepted.Length > 0)
        {
            context.Request.Headers.AcceptEncoding = accepted;
        }

        using MemoryStream body = new();
        context.Response.Body = body;
        await new RepositoryFiles(_directory).WriteAsync(context, path);

        Assert.Equal(content, System.Text.Encoding.UTF8.GetString(body.ToArray()));
        Assert.Equal(coding, context.Response.Headers.ContentEncoding.ToString());
        Assert.Equal(
            path.EndsWith(".json", StringComparison.Ordinal) ? "Accept-Encoding" : "",
            context.Response.Headers.Vary.ToString()
        );
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
