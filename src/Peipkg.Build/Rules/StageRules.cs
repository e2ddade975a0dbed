using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Rules;

/// <summary>Rules for the staged tree.</summary>
internal static class StageRules
{
    /// <summary>A file that no stanza claims.</summary>
    internal const string Orphan = "orphan";

    /// <summary>A file that several stanzas claim.</summary>
    internal const string Overlap = "overlap";

    /// <summary>A pattern that matched nothing.</summary>
    internal const string UnusedPattern = "unused-pattern";

    /// <summary>An empty directory that no package contains.</summary>
    internal const string EmptyDirectory = "empty-directory";

    /// <summary>Something that packages cannot contain.</summary>
    internal const string EntryKind = "entry-kind";

    /// <summary>A file that every machine generates itself, or that only building needs.</summary>
    internal const string Cruft = "known-cruft";

    /// <summary>A symlink to nothing.</summary>
    internal const string DanglingLink = "dangling-link";

    /// <summary>A package whose patterns match nothing.</summary>
    internal const string NothingClaimed = "claims-nothing";

    /// <summary>A mode that means something and that packages cannot carry.</summary>
    internal const string LostMode = "lost-mode";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            Orphan,
            Severity.Error,
            Finder.Build,
            "No package claims a file that the build script installed.",
            "An unclaimed file is a mistake, either of the recipe or of the upstream's install step.",
            "Add the suggested line to the stanza, or remove the file in the build script.",
            """rm -f "$DESTDIR/usr/share/info/dir" """.TrimEnd()
        ),
        new(
            Overlap,
            Severity.Error,
            Finder.Build,
            "Two packages claim the same file.",
            "A file belongs to exactly one package. Two packages that contain the same file cannot both be installed.",
            "Narrow one of the two patterns.",
            """
            files = ["usr/lib/**"]                              # of libfoo
            files = ["usr/lib/x86_64-linux-peios/libfoo.so"]    # of libfoo-dev
            """
        ),
        new(
            NothingClaimed,
            Severity.Error,
            Finder.Build,
            "None of a package's patterns matches anything that the build script installed.",
            "The package would be empty, and would replace the previous version and its files on every machine.",
            "Correct the patterns or the build script. Write files = [] for a package that is meant to be empty.",
            """files = ["usr/share/hello/**"]    # and the upstream now installs to usr/share/hello2"""
        ),
        new(
            UnusedPattern,
            Severity.Warning,
            Finder.Build,
            "A pattern matches nothing that the build script installed.",
            "The files that it was written for are no longer installed, or have other names.",
            "Correct or remove the pattern.",
            """files = ["usr/share/man/**"]    # and no man page was installed"""
        ),
        new(
            EmptyDirectory,
            Severity.Warning,
            Finder.Build,
            "No package contains an empty directory that the build script made.",
            "Packages contain the directories of their files. An empty directory must be claimed by a pattern that ends in a slash.",
            "Claim the directory, for example with \"var/lib/hello/\", or do not make it.",
            """mkdir -p "$DESTDIR/var/lib/hello" """.TrimEnd()
        ),
        new(
            EntryKind,
            Severity.Error,
            Finder.Payload,
            "The staged tree contains something that a package cannot: a device, a FIFO, a socket, or a name that is not UTF-8.",
            "Packages contain files, directories and symlinks with UTF-8 names.",
            "Remove or rename it in the build script. Programs make devices, FIFOs and sockets when they run.",
            """mkfifo "$DESTDIR/var/lib/hello/queue" """.TrimEnd()
        ),
        new(
            LostMode,
            Severity.Warning,
            Finder.Payload,
            "A file or directory has a mode that a package cannot carry: setuid, setgid or sticky, or closed to other users.",
            "Packages carry no modes. Entries are installed with the access rights that their directories hand down: a setuid program runs with the rights of its caller, and a private file can be read by everybody who may read the files beside it.",
            "Give the entry a security descriptor with sd_overrides in the manifest for pack, or let the program restrict access when it first runs. If the default rights are fine, chmod files to 0644 and directories and programs to 0755 in the build script.",
            """
            install -m 4755 hello "$DESTDIR/usr/bin/hello"
            install -m 0600 hello.key "$DESTDIR/etc/hello.key"
            """
        ),
        new(
            PayloadLayout.DestinationRule,
            Severity.Error,
            Finder.Payload,
            "A file is where packages may not install.",
            "Packages install below a few directories only. The rest belongs to the system and to its administrator (PSD-009 3.4).",
            "Install it elsewhere. Most build systems take prefix=/usr and libdir=/usr/lib/<arch>-linux-peios.",
            """./configure --prefix=/usr/local"""
        ),
        new(
            PayloadLayout.LibraryRule,
            Severity.Error,
            Finder.Check | Finder.Payload,
            "A library or kernel module lies outside the directories of its architecture.",
            "Libraries belong to one architecture, and several architectures may be installed side by side (PSD-009 3.4.2).",
            "Install it below usr/lib/<arch>-linux-peios or usr/lib/modules; a package that holds one is not noarch.",
            """cp libfoo.so.1 "$DESTDIR/usr/share/foo/" """.TrimEnd()
        ),
        new(
            PayloadLayout.ForbiddenRule,
            Severity.Error,
            Finder.Payload,
            "A package reaches the system's policy.",
            "What is below lcl/policy is decided by the system's owner and never by a package, not even a special one.",
            "Remove the entry, or let the symlink lead elsewhere.",
            """ln -s lcl/policy "$DESTDIR/conf" """.TrimEnd()
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            PayloadLayout.SpecialRule,
            Severity.Warning,
            Finder.Payload,
            "A special system package installs outside the layout.",
            "Consumers refuse it unless their owner allows special system packages.",
            "Leave special_system_package out if the package can do without it. Otherwise publish it with --allow-special-system, or in a farm with allow_special_system = true in [publish].",
            "\"special_system_package\": true    # and dev/ in the package"
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            PayloadLayout.DropInRule,
            Severity.Warning,
            Finder.Payload,
            "A file lies directly in a drop-in directory.",
            "It acts on the whole system, so that consumers take it from an official repository only.",
            "Put it below <drop-in>/<repository>/<package>, or publish it in a repository that was made with --official, or by a farm with official = true in [repo].",
            """cp hello.sh "$DESTDIR/usr/etc/profile.d/" """.TrimEnd()
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            PayloadLayout.SidecarRule,
            Severity.Error,
            Finder.Payload,
            "A file named *.peios.sig is not the signature of a file beside it.",
            "The suffix is reserved: installers set such a file as an attribute of the file that it signs.",
            "Rename it, or ship the file that it signs; an ELF file carries its signature in a section.",
            """touch "$DESTDIR/usr/share/hello/data.peios.sig" """.TrimEnd()
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            PayloadLayout.ClaimRule,
            Severity.Error,
            Finder.Payload,
            "A claim leads to something that the package does not install, or claims what it installs itself.",
            "The claim could never be made.",
            "Correct the target or the path.",
            "\"claims\": { \"binary\": { \"target\": \"/usr/sbin/none\" } }"
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            ManifestRule.LicenseClass,
            Severity.Warning,
            Finder.Payload,
            "A licence that is not in the SPDX list has no class.",
            "Users who want only free software cannot tell whether they may install the package.",
            "Say license_class: free, firmware or proprietary.",
            "\"license\": \"LicenseRef-Vendor\"    # and no license_class"
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            ManifestRule.HigherProvides,
            Severity.Warning,
            Finder.Payload,
            "A provided version is above the package's own.",
            "A later version of the package may provide less than this one, so that an upgrade breaks what depends on it.",
            "Provide the package's own version. If a higher one is meant, build with --allow provides-higher-version.",
            "\"version\": \"1.0-1\", \"provides\": [{ \"name\": \"hello-api\", \"version\": \"2\" }]"
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            PayloadLayout.PathRule,
            Severity.Error,
            Finder.Payload,
            "A path is not allowed in a package.",
            "Paths are UTF-8 in normalization form C, without control characters and backslashes, and of limited length.",
            "Rename the file in the build script.",
            """touch "$DESTDIR/usr/share/a\\b" """.TrimEnd()
        ),
        new(
            PayloadLayout.TargetRule,
            Severity.Error,
            Finder.Payload,
            "A symlink's target is absolute or empty, or leads out of the tree.",
            "In a system that is installed below another root, the link would lead to files of the host.",
            "Make the target relative, with ln -sr or as in ln -s ../share/x.",
            """ln -s /usr/bin/vim "$DESTDIR/usr/bin/vi" """.TrimEnd()
        ),
        new(
            PayloadLayout.TargetDestinationRule,
            Severity.Error,
            Finder.Payload,
            "A symlink leads to a place where packages may not install.",
            "No package can put the target there, so nothing ensures that it exists.",
            "Link to a file of this package or of another one.",
            """ln -s ../../home/me/config "$DESTDIR/etc/hello" """.TrimEnd()
        ),
        new(
            PayloadLayout.SdOverrideRule,
            Severity.Error,
            Finder.Pack,
            "sd_overrides names a path that is not a file or directory of the package.",
            "There is no entry to which the security descriptor could be applied.",
            "Correct the path.",
            "\"sd_overrides\": [{ \"path\": \"usr/bin/no-such-file\", \"sd\": \"...\" }]"
        ),
        new(
            PayloadLayout.SideEffectRule,
            Severity.Error,
            Finder.Payload,
            "side_effects does not agree with the files of the package.",
            "In edition psd-009 a package with shared libraries below usr/lib/ must declare ldconfig, one with kernel modules must declare depmod, and no other package may.",
            "Add the side effect to side_effects, or remove it.",
            """side_effects = []    # and usr/lib/x86_64-linux-peios/libfoo.so.1 in the package"""
        ),
        new(
            Cruft,
            Severity.Warning,
            Finder.Payload,
            "A package contains a file that is known not to belong in packages.",
            "Index files that each machine generates itself conflict between packages. Libtool archives, packing lists and backup files are of no use once a package is built.",
            "Remove the file in the build script with the command that the message gives.",
            "usr/share/info/dir, *.la, perllocal.pod, .packlist"
        ),
        new(
            DanglingLink,
            Severity.Warning,
            Finder.Build,
            "A symlink leads to a path that no package of the recipe contains, or back to itself.",
            "The link is broken, unless a package of another recipe contains its target.",
            "Correct the link or claim its target. Use --allow dangling-link if a dependency contains the target.",
            """ln -s libfoo.so.2 "$DESTDIR/usr/lib/x86_64-linux-peios/libfoo.so"    # and only libfoo.so.1 is there"""
        ),
    ];
}
