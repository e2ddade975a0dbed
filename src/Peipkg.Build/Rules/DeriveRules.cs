namespace Peipkg.Build.Rules;

/// <summary>Rules of what files say of the names that their package provides and needs.</summary>
internal static class DeriveRules
{
    /// <summary>A library that nothing can be linked with by name.</summary>
    internal const string NoSoname = "no-soname";

    /// <summary>A soname that is no virtual name.</summary>
    internal const string UnrepresentableSoname = "unrepresentable-soname";

    /// <summary>An ELF file of which not all can be read.</summary>
    internal const string DamagedElf = "damaged-elf";

    /// <summary>Two libraries of one soname whose symbol versions count.</summary>
    internal const string SonameTwice = "soname-twice";

    /// <summary>A symbol version that is no virtual name.</summary>
    internal const string UnrepresentableNode = "unrepresentable-node";

    /// <summary>A symbol version that the package's own library lacks.</summary>
    internal const string OwnNodeMissing = "own-node-missing";

    /// <summary>A .pc file that is a symlink to nowhere in the package.</summary>
    internal const string LinkOutside = "link-outside";

    /// <summary>A .pc file that cannot be read.</summary>
    internal const string BadModuleFile = "bad-module-file";

    /// <summary>A module whose name is no virtual name.</summary>
    internal const string BadModuleName = "bad-module-name";

    /// <summary>Two .pc files of one module with different versions.</summary>
    internal const string ModuleTwice = "module-twice";

    /// <summary>A module's version that is none.</summary>
    internal const string BadVersion = "bad-version";

    /// <summary>A required module's version that is none.</summary>
    internal const string BadConstraint = "bad-constraint";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            NoSoname,
            Severity.Warning,
            Finder.Build,
            "A shared library has no soname.",
            "Programs that are linked with it record its path, and no package can depend on it by a name.",
            "Link it with -Wl,-soname,NAME.so.N; a plugin that is only opened at run time does without, under a name that does not begin with lib.",
            "cc -shared -o libfoo.so foo.o"
        ),
        new(
            UnrepresentableSoname,
            Severity.Warning,
            Finder.Build,
            "The soname of a library, or one that is needed, cannot be a name that packages provide and need.",
            "The name is left out, so nothing makes sure that the library is there. Usually a program was linked with a library that has no soname, and records its path.",
            "Give the library a soname, and link with -lNAME. Letters, digits and . _ + - are possible.",
            "cc -o prog main.o build/libfoo.so    # libfoo.so has no soname"
        ),
        new(
            DamagedElf,
            Severity.Error,
            Finder.Build,
            "An ELF file is cut short, or its tables contradict each other.",
            "What it provides and needs cannot be told, and a loader would not take it either.",
            "Find the step that damages it, often an old strip, objcopy or patchelf. A file that is meant to be damaged, as for a test, can stay in a stanza with derive = false.",
            "head -c 4096 prog > \"$DESTDIR/usr/bin/prog\""
        ),
        new(
            SonameTwice,
            Severity.Error,
            Finder.Build,
            "Two files of a package have the same soname, and the recipe derives its symbol versions.",
            "A program gets one of them, and nobody knows whether it is the one that defines what the program needs.",
            "Package one of them, or each in a package of its own.",
            "cp libstdc++.so.6 \"$DESTDIR/usr/lib/x86_64-linux-peios/debug/\""
        ),
        new(
            UnrepresentableNode,
            Severity.Error,
            Finder.Build,
            "A symbol version cannot be written as elfver(SONAME:TOKEN).",
            "Packages could not say that they provide it or need it.",
            "Name it with letters, digits and . _ + - in the linker's version script; the whole name has at most 128 characters.",
            "VER@1 { global: *; };"
        ),
        new(
            OwnNodeMissing,
            Severity.Error,
            Finder.Build,
            "A file needs a symbol version that the package's own library does not define.",
            "The program would not start with the library that is installed with it.",
            "Link the program with the library that is packaged, not with another build of it.",
            "cc -o \"$DESTDIR/usr/bin/prog\" main.o /usr/lib/libfoo.so.1    # and packages an older libfoo.so.1"
        ),
        new(
            LinkOutside,
            Severity.Warning,
            Finder.Build,
            "A symlink is named as a pkg-config file and leads to no file of its package.",
            "What the module provides and needs cannot be told from this package alone.",
            "Claim the link in the stanza that has the file, or declare the module in provides.",
            "ln -s foo-2.0.pc \"$DESTDIR/usr/share/pkgconfig/foo.pc\"    # and foo-2.0.pc is in another package"
        ),
        new(
            BadModuleFile,
            Severity.Error,
            Finder.Build,
            "A pkg-config file is larger than 1 MiB, or its variables expand without an end.",
            "Such a file is a mistake, and nobody can tell what the module requires.",
            "Correct the file, or give it another name than .pc.",
            "x=${x}${x}"
        ),
        new(
            BadModuleName,
            Severity.Warning,
            Finder.Build,
            "A module of pkg-config has a name that cannot stand in pkgconfig(NAME).",
            "It is left out. Often an operator is written without a blank before it, and pkg-config takes both for one name.",
            "Write a blank before the operator. Names have letters, digits and - . + _ : /.",
            "Requires: zlib>=1.2"
        ),
        new(
            ModuleTwice,
            Severity.Warning,
            Finder.Build,
            "Two pkg-config files of a package are one module in different versions.",
            "The package can provide one version; which one a build finds depends on the order of its search path.",
            "Install one of them.",
            "usr/lib/x86_64-linux-peios/pkgconfig/foo.pc and usr/share/pkgconfig/foo.pc"
        ),
        new(
            BadVersion,
            Severity.Warning,
            Finder.Build,
            "The version of a pkg-config file is not a version.",
            "The module is provided without one, so that every constraint on it is met.",
            "Write letters, digits and . + - ~ after a first letter or digit. A ${name} that remains is a variable that the file does not set.",
            "Version: 3_0"
        ),
        new(
            BadConstraint,
            Severity.Warning,
            Finder.Build,
            "A pkg-config file requires a module in a version that is not a version.",
            "All constraints on that module are dropped, since half of them would say something else.",
            "Write one of = != < <= > >= and a version.",
            "Requires: zlib >= 1_2"
        ),
    ];
}
