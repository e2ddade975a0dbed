using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Scanning;

/// <summary>Files that upstreams' installations are known to leave and that do not belong into packages.</summary>
internal static class Cruft
{
    private static readonly (Glob Pattern, string Reason)[] Known =
    [
        Make("usr/share/info/dir", "every machine makes its own index of info pages"),
        Make("**/*.la", "libtool archives hold paths of the build and are no longer needed to link"),
        Make("**/perllocal.pod", "Perl's list of what was installed locally clashes between packages"),
        Make("**/.packlist", "Perl's packing lists hold paths of the build"),
        Make("usr/share/icons/*/icon-theme.cache", "every machine makes its own icon cache"),
        Make(
            "usr/share/mime/{mime.cache,aliases,generic-icons,globs,globs2,icons,magic,subclasses,treemagic,types,version,XMLnamespaces}",
            "every machine makes its own MIME database"
        ),
        Make("usr/share/applications/mimeinfo.cache", "every machine makes its own cache of desktop files"),
        Make("usr/share/glib-2.0/schemas/gschemas.compiled", "every machine compiles its own settings schemas"),
        Make("usr/share/fonts/**/fonts.{dir,scale,cache*}", "every machine makes its own font index"),
        Make("etc/ld.so.cache", "every machine makes its own cache of libraries"),
        Make("usr/lib/**/charset.alias", "gettext's table of names is the C library's business"),
        Make("**/{.git,.svn,.hg}/**", "it belongs to version control"),
        Make("**/{.gitignore,.gitattributes,.gitmodules,.DS_Store,Thumbs.db}", "it belongs to the sources"),
        Make("**/*{~,.orig,.rej,.swp}", "an editor or patch left it"),
        Make("usr/{bin,sbin,lib,include}/**/*.o", "an object file only serves while building"),
    ];

    /// <summary>Why a file does not belong into packages, or null where nothing is known of it.</summary>
    internal static string? Reason(string path) => Array.Find(Known, known => known.Pattern.IsMatch(path)).Reason;

    /// <summary>The words that tell how it is removed.</summary>
    internal static string Removal(string path) => $"remove it in the build script: {Command(path)}";

    /// <summary>The command that removes a path in the build script.</summary>
    internal static string Command(string path) =>
        path.AsSpan().IndexOfAny("\"\\$`!") < 0
            ? $"rm -f \"$DESTDIR/{path}\""
            : $"rm -f \"$DESTDIR\"/'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static (Glob Pattern, string Reason) Make(string pattern, string reason) =>
        Glob.TryParse(pattern, out Glob glob, out string? error)
            ? (glob, reason)
            : throw new InvalidOperationException(error);
}
