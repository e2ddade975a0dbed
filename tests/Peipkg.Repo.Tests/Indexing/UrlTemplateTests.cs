using Peipkg.Format.Identity;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Tests.Indexing;

public class UrlTemplateTests
{
    [Theory]
    [InlineData("/p/{name}/{version}/{filename}", "/p/g++/1:2.0~rc1-3/g++_1:2.0~rc1-3_x86_64.peipkg")]
    [InlineData("/pool/{filename}", "/pool/g++_1:2.0~rc1-3_x86_64.peipkg")]
    [InlineData("/{arch}/{name}-{version}", "/x86_64/g++-1:2.0~rc1-3")]
    [InlineData("https://host.example/{filename}?v=1", "https://host.example/g++_1:2.0~rc1-3_x86_64.peipkg?v=1")]
    [InlineData("https://host.example/x%20y/{name}/{version}", "https://host.example/x%20y/g++/1:2.0~rc1-3")]
    public void Values_go_in_verbatim(string template, string expected)
    {
        Assert.True(UrlTemplate.TryParse(template, out UrlTemplate? parsed, out _));
        string url = parsed.Expand(PackageName.Parse("g++"), PackageVersion.Parse("1:2.0~rc1-3"), Architecture.X86_64);
        Assert.Equal(expected, url);
        Assert.Equal(!expected.StartsWith('/'), parsed.IsAbsolute);
    }

    [Theory]
    [InlineData("", "needs {filename}")]
    [InlineData("/p/{name}", "needs {filename}")]
    [InlineData("/p/{file}/{filename}", "\"{file}\" is no placeholder")]
    [InlineData("/p/{filename", "\"{\" is no placeholder")]
    [InlineData("/p/filename}{filename}", "\"}\" is no placeholder")]
    [InlineData("p/{filename}", "begins neither")]
    [InlineData("ftp://host/{filename}", "begins neither")]
    [InlineData("https:///{filename}", "begins neither")]
    [InlineData("https://user@host/{filename}", "begins neither")]
    [InlineData("https://host/{filename}#x", "begins neither")]
    [InlineData("//host/{filename}", "empty")]
    [InlineData("/p//{filename}", "empty")]
    [InlineData("/p/../{filename}", "\"..\"")]
    [InlineData("/p/{filename}/", "empty")]
    [InlineData("/p/{filename}?x", "'?' cannot stand")]
    [InlineData("/p/%2e/{filename}", "'%' cannot stand")]
    [InlineData("/p q/{filename}", "percent-encoded")]
    [InlineData("/é/{filename}", "percent-encoded")]
    [InlineData("/index/{filename}", "repository's own files")]
    [InlineData("/keys/{filename}", "repository's own files")]
    [InlineData("/.hidden/{filename}", "repository's own files")]
    [InlineData("/p/.{filename}", "repository's own files")]
    public void Bad_templates_are_refused_with_the_reason(string template, string reason)
    {
        Assert.False(UrlTemplate.TryParse(template, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }
}
