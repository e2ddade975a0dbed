using Peipkg.Build.Scanning;

namespace Peipkg.Build.Tests.Scanning;

public sealed class LibraryPackagesTests
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
    [InlineData("libicui18n.so.72", "icu", true)]
    [InlineData("libboost_filesystem.so.1.81.0", "libboost", true)]
    [InlineData("libjpeg.so.62", "libjpeg-turbo", true)]
    [InlineData("libuuid.so.1", "util-linux", true)]
    [InlineData("libgomp.so.1", "gcc-libs", true)]
    [InlineData("libcrypt.so.1", "libxcrypt", true)]
    [InlineData("libcapstone.so.4", "libcap", false)]
    [InlineData("libpng16.so.16", "libpng1.6", true)]
    [InlineData("nonsense", "libc", false)]
    public void A_dependency_provides_what_it_is_named_for(string soname, string dependency, bool provides) =>
        Assert.Equal(provides, LibraryPackages.Provide(new HashSet<string> { dependency }, soname));
}
