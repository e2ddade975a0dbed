using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Checking;

public sealed class LibraryPatternCheckTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("noarch", "usr/share/hello/plugins/*.so", "a noarch package may contain none")]
    [InlineData("x86_64", "usr/bin/*.so.*", "they belong below usr/lib/x86_64-linux-peios/ or usr/lib/debug/ or ")]
    [InlineData("x86_64", "opt/hello/**/lib*.a", "they belong below usr/lib/x86_64-linux-peios/")]
    [InlineData("aarch64", "usr/share/hello/modules/*.ko.zst", "they belong below usr/lib/aarch64-linux-peios/")]
    public void A_pattern_for_libraries_where_none_may_lie_is_an_error(
        string architecture,
        string pattern,
        string message
    )
    {
        string output = Check(architecture, pattern).Fails().Output;
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("[library-place]", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("noarch", "usr/share/**")]
    [InlineData("x86_64", "usr/lib/**/*.so.*")]
    [InlineData("x86_64", "**/*.a")]
    [InlineData("x86_64", "usr/lib/modules/**/*.ko.zst")]
    [InlineData("x86_64", "usr/include/hello.so-notes/*")]
    [InlineData("x86_64", "usr/src/debug/*.so.debug")]
    public void Other_patterns_are_nobodys_mistake(string architecture, string pattern) =>
        Assert.DoesNotContain("library-place", Check(architecture, pattern).Output, StringComparison.Ordinal);

    private RunResult Check(string architecture, string pattern)
    {
        _bench.Recipe(
            $"""
            [meta]
            license = "MIT"
            homepage = "https://example.org/hello"
            build_script = "build.sh"

            [[package]]
            name = "hello"
            architecture = "{architecture}"
            description = "A greeting."
            files = ["{pattern}"]
            """
        );
        return _bench.Run("check", _bench["recipe"]);
    }
}
