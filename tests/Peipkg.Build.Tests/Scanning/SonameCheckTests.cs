using Peipkg.Build.Scanning;

namespace Peipkg.Build.Tests.Scanning;

public sealed class SonameCheckTests
{
    [Theory]
    [InlineData("libz.so.1", "libz", true)]
    [InlineData("libz.so.1", "zlib", true)]
    [InlineData("libz.so.1", "libz1", true)]
    [InlineData("libz.so.1", "soname(libz.so.1)", true)]
    [InlineData("libz.so.1", "libz.so.1", true)]
    [InlineData("libz.so.1", "libzstd", false)]
    [InlineData("libz.so.1", "libc", false)]
    [InlineData("libssl.so.3", "openssl", true)]
    [InlineData("libc.so.6", "libc", true)]
    [InlineData("libm.so.6", "glibc", true)]
    [InlineData("ld-linux-x86-64.so.2", "libc", true)]
    [InlineData("libc.so.6", "libcap", false)]
    [InlineData("libcap.so.2", "libc", false)]
    [InlineData("libgcc_s.so.1", "libgcc", true)]
    [InlineData("libfoo-2.0.so.0", "libfoo", true)]
    [InlineData("libfoo_bar.so.0", "foo-bar", true)]
    [InlineData("nonsense", "libc", false)]
    public void A_dependency_provides_what_it_is_named_for(string soname, string dependency, bool provides)
        => Assert.Equal(provides, SonameCheck.Provides(new HashSet<string> { dependency }, soname));
}
