namespace Peipkg.Build.Rules;

/// <summary>Rules for the content of files.</summary>
internal static class ContentRules
{
    /// <summary>The path of $DESTDIR inside a file.</summary>
    internal const string StagePath = "stage-path";

    /// <summary>The path of the source or the build directory inside a file.</summary>
    internal const string BuildPath = "build-path";

    /// <summary>A run path into the stage.</summary>
    internal const string RunPath = "rpath";

    /// <summary>A needed library that no package is known to provide.</summary>
    internal const string MissingSoname = "missing-soname";

    /// <summary>Machine code of another architecture.</summary>
    internal const string ForeignElf = "foreign-elf";

    /// <summary>Machine code in a package for all architectures.</summary>
    internal const string NoArchElf = "noarch-elf";

    /// <summary>A time in the header of a gzip file.</summary>
    internal const string GzipTimestamp = "gzip-timestamp";

    /// <summary>A time in the headers of a static archive.</summary>
    internal const string ArchiveTimestamp = "archive-timestamp";

    /// <summary>A time in Python byte code.</summary>
    internal const string ByteCodeTimestamp = "pyc-timestamp";

    /// <summary>A Git LFS pointer where the file itself should be.</summary>
    internal const string LfsPointer = "lfs-pointer";

    /// <summary>Debug information that is not in a package of its own.</summary>
    internal const string DebugInformation = "debug-information";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            StagePath,
            Severity.Warning,
            Finder.Payload,
            "A file contains the path of $DESTDIR.",
            "The directory does not exist where the package is installed, so the path is useless there. It also differs from build to build, and the package's bytes with it.",
            "Configure with the final paths (prefix=/usr), and set DESTDIR only for the install step.",
            """./configure --prefix="$DESTDIR/usr" """.TrimEnd()
        ),
        new(
            BuildPath,
            Severity.Warning,
            Finder.Build,
            "A file contains the path of the directory in which it was built.",
            "The path differs from machine to machine, and the package's bytes with it.",
            "Compile with -ffile-prefix-map=\"$PWD\"=/usr/src/NAME, strip debug information, or build with --sandbox, where the paths are the same on every machine.",
            "cc -g without -ffile-prefix-map"
        ),
        new(
            RunPath,
            Severity.Warning,
            Finder.Payload,
            "A program looks for its libraries in the directory in which it was built or staged.",
            "The directory does not exist where the program is installed, and anybody who can create it there can make the program load other libraries.",
            "Use the build system's install step, which removes the run path, or run \"chrpath -d\" or \"patchelf --remove-rpath\" on the file.",
            """cc -Wl,-rpath,"$DESTDIR/usr/lib" """.TrimEnd()
        ),
        new(
            MissingSoname,
            Severity.Warning,
            Finder.Build,
            "A program or library needs a shared library that neither a package of the recipe nor a declared dependency seems to provide.",
            "The program does not start on a machine where the library is not installed for another reason.",
            "Add the package that contains the library to dependencies, or the library's own name, such as libfoo.so.1, if its package provides it; \"derive\" does so.",
            """dependencies = []    # and the program is linked with libssl.so.3"""
        ),
        new(
            ForeignElf,
            Severity.Warning,
            Finder.Payload,
            "A file contains machine code for another architecture than the package's.",
            "The code cannot run where the package is installed.",
            "Compile for the package's architecture, or correct the architecture. Use --allow foreign-elf for firmware.",
            """architecture = "aarch64"    # and built with an x86_64 compiler"""
        ),
        new(
            NoArchElf,
            Severity.Warning,
            Finder.Payload,
            "A noarch package contains machine code.",
            "noarch packages are installed on every architecture, and machine code runs on one.",
            "Give the stanza the architecture of the code, or move the file to a stanza that has it.",
            """architecture = "noarch"    # and usr/bin/hello is a compiled program"""
        ),
        new(
            DebugInformation,
            Severity.Warning,
            Finder.Payload,
            "A program or library contains debug information.",
            "Only debuggers read it, and it is often several times as large as the program.",
            "Write debug = true into the stanza, which puts it into a package of its own, or strip the file in the build script.",
            "cc -g -o hello hello.c"
        ),
        new(
            GzipTimestamp,
            Severity.Warning,
            Finder.Payload,
            "A gzip file contains the time at which it was made.",
            "The time differs from build to build, and the package's bytes with it.",
            "Compress with gzip -n.",
            "gzip -9 hello.1"
        ),
        new(
            ArchiveTimestamp,
            Severity.Warning,
            Finder.Payload,
            "The members of a static archive have times, owners or groups.",
            "They differ from build to build, and the package's bytes with them.",
            "Use ar with the D modifier, as in ar rcsD.",
            "ar rcsU libfoo.a foo.o"
        ),
        new(
            ByteCodeTimestamp,
            Severity.Warning,
            Finder.Payload,
            "A Python byte code file contains the time of its source file, and not the time that the source has in the package.",
            "Installed files have the package's time, so Python finds the byte code stale and compiles the module again at every start. The time also differs from build to build, and the package's bytes with it.",
            "Compile with python3 -m compileall --invalidation-mode unchecked-hash, or leave SOURCE_DATE_EPOCH set, which makes Python record hashes.",
            "env -u SOURCE_DATE_EPOCH python3 -m compileall ."
        ),
        new(
            LfsPointer,
            Severity.Warning,
            Finder.Payload,
            "A file is a Git LFS pointer instead of the file that it stands for.",
            "The source was cloned without its large files, so the package does not contain them.",
            "Run \"git lfs pull\" in the source tree and build again.",
            "version https://git-lfs.github.com/spec/v1"
        ),
    ];
}
