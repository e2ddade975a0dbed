using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Rules;

/// <summary>Rules of what lies in the staged tree, and where.</summary>
internal static class StageRules
{
    /// <summary>A file that no stanza claims.</summary>
    internal const string Orphan = "orphan";

    /// <summary>A file that several stanzas claim.</summary>
    internal const string Overlap = "overlap";

    /// <summary>A pattern that matched nothing.</summary>
    internal const string UnusedPattern = "unused-pattern";

    /// <summary>An empty directory that no package holds.</summary>
    internal const string EmptyDirectory = "empty-directory";

    /// <summary>Something that packages cannot hold.</summary>
    internal const string EntryKind = "entry-kind";

    /// <summary>A file that every machine makes anew, or that only building needs.</summary>
    internal const string Cruft = "known-cruft";

    /// <summary>A symlink to nothing.</summary>
    internal const string DanglingLink = "dangling-link";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            Orphan,
            Severity.Error,
            Finder.Build,
            "No package claims a file that the script installed.",
            "A file that nobody asked for is a mistake of the recipe or of the upstream's installation.",
            "Add the suggested line to the stanza, or remove the file in the build script.",
            """rm -f "$DESTDIR/usr/share/info/dir" """.TrimEnd()
        ),
        new(
            Overlap,
            Severity.Error,
            Finder.Build,
            "Two packages claim the same file.",
            "Every file belongs to exactly one package; a consumer refuses to install both.",
            "Narrow one of the two patterns.",
            """
            files = ["usr/lib/**"]                              # of libfoo
            files = ["usr/lib/x86_64-linux-peios/libfoo.so"]    # of libfoo-dev
            """
        ),
        new(
            UnusedPattern,
            Severity.Warning,
            Finder.Build,
            "A pattern matched nothing that the script installed.",
            "What it was written for is not there any more, or is spelled differently.",
            "Correct the pattern, or remove it.",
            """files = ["usr/share/man/**"]    # and no man page was installed"""
        ),
        new(
            EmptyDirectory,
            Severity.Warning,
            Finder.Build,
            "An empty directory is in no package.",
            "Directories come along with files; an empty one must be claimed by a pattern that ends in a slash.",
            "Claim it, such as \"var/lib/hello/\", or do not create it.",
            """mkdir -p "$DESTDIR/var/lib/hello" """.TrimEnd()
        ),
        new(
            EntryKind,
            Severity.Error,
            Finder.Payload,
            "The staged tree holds what no package can: a device, a FIFO, a socket, a name that is no UTF-8.",
            "Packages hold files, directories and symlinks.",
            "Remove it in the build script; programs create such things when they run.",
            """mkfifo "$DESTDIR/var/lib/hello/queue" """.TrimEnd()
        ),
        new(
            PayloadLayout.DestinationRule,
            Severity.Error,
            Finder.Payload,
            "A file lies where packages may not install.",
            "Packages install below a few directories only, so that the rest stays the system's and its owner's (PSD-009 3.4).",
            "Install it elsewhere; prefix=/usr and libdir=/usr/lib/<arch>-linux-peios suit most build systems.",
            """./configure --prefix=/usr/local"""
        ),
        new(
            PayloadLayout.LibraryRule,
            Severity.Error,
            Finder.Payload,
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
            "Leave special_system_package out if the package can do without; repositories publish it with --allow-special-system.",
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
            "Put it below <drop-in>/<repository>/<package>, or publish it in a repository made with --official.",
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
            "Provide the package's own version, or say why not in the recipe.",
            "\"version\": \"1.0-1\", \"provides\": [{ \"name\": \"hello-api\", \"version\": \"2\" }]"
        )
        {
            Edition = Edition.Pspu5,
        },
        new(
            PayloadLayout.PathRule,
            Severity.Error,
            Finder.Payload,
            "A path is not one that an archive may hold.",
            "Paths are UTF-8 in normalization form C, without control characters or backslashes, and of limited length.",
            "Rename the file in the build script.",
            """touch "$DESTDIR/usr/share/a\\b" """.TrimEnd()
        ),
        new(
            PayloadLayout.TargetRule,
            Severity.Error,
            Finder.Payload,
            "A symlink's target is unsafe: absolute, empty, or leading out of the tree.",
            "Installed below another root, it would lead to files that are not the package's.",
            "Make it relative: ln -sr, or ln -s ../share/x.",
            """ln -s /usr/bin/vim "$DESTDIR/usr/bin/vi" """.TrimEnd()
        ),
        new(
            PayloadLayout.TargetDestinationRule,
            Severity.Error,
            Finder.Payload,
            "A symlink leads to where no package may install.",
            "Nothing that a package can rely on is there.",
            "Let it lead to a file of this or another package.",
            """ln -s ../../home/me/config "$DESTDIR/etc/hello" """.TrimEnd()
        ),
        new(
            PayloadLayout.SdOverrideRule,
            Severity.Error,
            Finder.Pack,
            "sd_overrides names something that is no file or directory of the package.",
            "There is nothing that the security descriptor could be given to.",
            "Correct the path.",
            "\"sd_overrides\": [{ \"path\": \"usr/bin/no-such-file\", \"sd\": \"...\" }]"
        ),
        new(
            PayloadLayout.SideEffectRule,
            Severity.Error,
            Finder.Payload,
            "side_effects and what the package holds do not agree.",
            "In edition psd-009 shared libraries below usr/lib/ need ldconfig, and kernel modules need depmod, and no other package may ask for them.",
            "Add the side effect to the stanza, or remove it.",
            """side_effects = []    # and usr/lib/x86_64-linux-peios/libfoo.so.1 in the package"""
        ),
        new(
            Cruft,
            Severity.Warning,
            Finder.Payload,
            "A package holds a file that is known not to belong into packages.",
            "Indexes that every machine makes for itself clash between packages; libtool archives, packing lists and editors' leftovers only do harm.",
            "Remove it in the build script, as the message says.",
            "usr/share/info/dir, *.la, perllocal.pod, .packlist"
        ),
        new(
            DanglingLink,
            Severity.Warning,
            Finder.Build,
            "A symlink leads to something that no package of the recipe holds.",
            "Unless another recipe's package holds it, the link is broken.",
            "Correct the target, claim what it leads to, or allow the rule when a dependency holds it.",
            """ln -s libfoo.so.2 "$DESTDIR/usr/lib/x86_64-linux-peios/libfoo.so"    # and only libfoo.so.1 is there"""
        ),
    ];
}
