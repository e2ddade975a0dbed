namespace Peipkg.Build.Rules;

/// <summary>Rules of what the files of packages hold.</summary>
internal static class ContentRules
{
    /// <summary>The path of $DESTDIR inside a file.</summary>
    internal const string StagePath = "stage-path";

    /// <summary>The path of the source or the build directory inside a file.</summary>
    internal const string BuildPath = "build-path";

    /// <summary>A run path into the stage.</summary>
    internal const string RunPath = "rpath";

    /// <summary>A needed library that nobody provides.</summary>
    internal const string MissingSoname = "missing-soname";

    /// <summary>Machine code of another architecture.</summary>
    internal const string ForeignElf = "foreign-elf";

    /// <summary>Machine code in a package for all architectures.</summary>
    internal const string NoArchElf = "noarch-elf";

    /// <summary>A time in the header of a gzip file.</summary>
    internal const string GzipTimestamp = "gzip-timestamp";

    /// <summary>A time in the headers of a static archive.</summary>
    internal const string ArchiveTimestamp = "archive-timestamp";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            StagePath,
            Severity.Warning,
            Finder.Payload,
            "A file holds the path of $DESTDIR.",
            "That directory is gone when the package is installed, so whatever the path is for does not work there; and it differs from build to build.",
            "Configure with the final paths (prefix=/usr) and set DESTDIR only when installing.",
            """./configure --prefix="$DESTDIR/usr" """.TrimEnd()
        ),
        new(
            BuildPath,
            Severity.Warning,
            Finder.Build,
            "A file holds the path of the directory that it was built in.",
            "The path differs from machine to machine, and with it the package's bytes.",
            "Compile with -ffile-prefix-map=\"$PWD\"=/usr/src/NAME, strip debug information, or build with --sandbox, where the paths are always the same.",
            "cc -g without -ffile-prefix-map"
        ),
        new(
            RunPath,
            Severity.Warning,
            Finder.Payload,
            "A program looks for its libraries in the directory it was built or staged in.",
            "That directory does not exist on the machine it is installed on, and whoever creates it there can slip in libraries.",
            "Install with the build system's install step, which removes it, or run \"chrpath -d\" or \"patchelf --remove-rpath\".",
            """cc -Wl,-rpath,"$DESTDIR/usr/lib" """.TrimEnd()
        ),
        new(
            MissingSoname,
            Severity.Warning,
            Finder.Build,
            "A program or library needs a shared library that neither its package, another package of the recipe nor a declared dependency provides.",
            "The program will not start where the library does not happen to be installed.",
            "Declare the package that holds the library in dependencies; a dependency on the library's own name, such as soname(libfoo.so.1), counts as well.",
            """dependencies = []    # and the program is linked with libssl.so.3"""
        ),
        new(
            ForeignElf,
            Severity.Warning,
            Finder.Payload,
            "An ELF file is for another machine than the package.",
            "It cannot run where the package is installed.",
            "Build for the package's architecture, or correct the architecture. Firmware may be allowed with --allow.",
            """architecture = "aarch64"    # and built with an x86_64 compiler"""
        ),
        new(
            NoArchElf,
            Severity.Warning,
            Finder.Payload,
            "A noarch package holds machine code.",
            "noarch packages are installed on every architecture; this file runs on one of them.",
            "Give the stanza an architecture, or move the file to one that has it.",
            """architecture = "noarch"    # and usr/bin/hello is a compiled program"""
        ),
        new(
            GzipTimestamp,
            Severity.Warning,
            Finder.Payload,
            "A gzip file carries the time when it was made.",
            "The time differs from build to build, and with it the package's bytes.",
            "Use gzip -n.",
            "gzip -9 hello.1"
        ),
        new(
            ArchiveTimestamp,
            Severity.Warning,
            Finder.Payload,
            "The members of a static archive carry times, owners or groups of this machine.",
            "They differ from build to build, and with them the package's bytes.",
            "Use ar with the D modifier (ar rcsD), which is the default of many distributions' binutils.",
            "ar rcsU libfoo.a foo.o"
        ),
    ];
}
