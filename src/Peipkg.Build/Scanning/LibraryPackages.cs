namespace Peipkg.Build.Scanning;

/// <summary>
/// Guesses from names which packages contain which libraries. Distributions name them differently, so every plausible
/// name counts: a missing warning is better than a wrong one.
/// </summary>
internal static class LibraryPackages
{
    private const int ShortestStem = 3;
    private const int LongestVariant = 4;

    // The packages of the C library, which has many sonames.
    private static readonly string[] CLibraryNames = ["libc", "glibc", "musl", "libc6"];

    private static readonly HashSet<string> CLibrary = new(StringComparer.Ordinal)
    {
        "libc",
        "libm",
        "libdl",
        "libpthread",
        "librt",
        "libutil",
        "libresolv",
        "libnsl",
        "libcrypt",
        "libanl",
        "libmvec",
        "libthread_db",
        "libBrokenLocale",
        "libnss_files",
        "libnss_dns",
    };

    // Packages whose libraries have other names, separated by blanks.
    private static readonly (string[] Packages, string Libraries)[] Others =
    [
        (["openssl", "libssl"], "libssl libcrypto"),
        (["zlib"], "libz"),
        (["bzip2"], "libbz2"),
        (["xz", "xz-utils"], "liblzma"),
        (
            ["gcc-libs", "libgcc", "gcc", "libcxx"],
            "libstdc++ libgcc_s libgomp libatomic libquadmath libgfortran libssp libasan liblsan libtsan libubsan libitm libobjc"
        ),
        (
            ["ncurses", "libncurses"],
            "libtinfo libtinfow libncursesw libform libformw libmenu libmenuw libpanel libpanelw libtic libticw"
        ),
        (["pcre2", "libpcre2", "libpcre"], "libpcre2-8 libpcre2-16 libpcre2-32 libpcre2-posix"),
        (["glib", "libglib"], "libglib-2.0 libgobject-2.0 libgio-2.0 libgmodule-2.0 libgthread-2.0"),
        (["util-linux"], "libuuid libblkid libmount libfdisk libsmartcols"),
        (["e2fsprogs"], "libext2fs libe2p libcom_err libss"),
        (["elfutils"], "libelf libdw libasm"),
        (["krb5"], "libgssapi_krb5 libkrb5 libk5crypto libkrb5support libcom_err"),
        (["openldap"], "libldap liblber"),
        (["readline", "libreadline"], "libhistory"),
        (["nettle", "libnettle"], "libhogweed"),
        (["systemd", "eudev"], "libudev libsystemd"),
        (["mesa", "libglvnd"], "libGL libEGL libGLX libOpenGL libGLESv2 libgbm"),
        (["file"], "libmagic"),
        (["linux-pam"], "libpam libpam_misc libpamc"),
        (["libxcrypt"], "libcrypt"),
    ];

    /// <summary>Whether one of the dependencies is named after a soname.</summary>
    internal static bool Provide(IReadOnlySet<string> dependencies, string soname)
    {
        // "libssl.so.3", "soname(libssl.so.3)", "lib:libssl.so.3"
        if (dependencies.Any(name => name == soname || name.Contains($"({soname})", StringComparison.Ordinal)))
        {
            return true;
        }

        int extension = soname.IndexOf(".so", StringComparison.Ordinal);
        string library = extension < 0 ? soname : soname[..extension];
        if (
            Array.Exists(
                Others,
                row => row.Libraries.Split(' ').Contains(library) && Array.Exists(row.Packages, dependencies.Contains)
            )
        )
        {
            return true;
        }

        if (CLibrary.Contains(library) || soname.StartsWith("ld-", StringComparison.Ordinal))
        {
            return Array.Exists(CLibraryNames, dependencies.Contains);
        }

        string core = Core(library);
        return dependencies.Any(name =>
            Core(name) is var named && (named == core || IsPart(core, named) || IsPart(named, core))
        );
    }

    // "libfoo-2.0", "libfoo2", "foo" and "libfoo" name the same thing; so do "expat" and "libexpat1".
    private static string Core(string name)
    {
        string lower = name.ToLowerInvariant();
        string core = lower.StartsWith("lib", StringComparison.Ordinal) ? lower[3..] : lower;
        core = core.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '-');
        return core.Length > 0 ? core.Replace('_', '-') : lower;
    }

    // "boost-filesystem" is part of "boost", "icui18n" of "icu", "jpeg-turbo" of "jpeg"; but "capstone" is not part of "cap".
    private static bool IsPart(string name, string stem) =>
        stem.Length >= ShortestStem
        && name.StartsWith(stem, StringComparison.Ordinal)
        && (name[stem.Length] is '-' or '.' || name.Length - stem.Length <= LongestVariant);
}
