using Peipkg.Format.Text;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Scanning;

/// <summary>Files that the install steps of upstreams are known to leave, and that do not belong in packages.</summary>
internal static class Cruft
{
    private static readonly (Glob Pattern, string Reason)[] Known =
    [
        Make("usr/share/info/dir", "every machine generates its own index of info pages"),
        Make("**/*.la", "libtool archives contain paths of the build and are not needed for linking"),
        Make("**/perllocal.pod", "Perl's list of local installations conflicts between packages"),
        Make("**/.packlist", "Perl's packing lists contain paths of the build"),
        Make("usr/share/icons/*/icon-theme.cache", "every machine generates its own icon cache"),
        Make(
            "usr/share/mime/{mime.cache,aliases,generic-icons,globs,globs2,icons,magic,subclasses,treemagic,types,version,XMLnamespaces}",
            "every machine generates its own MIME database"
        ),
        Make("usr/share/applications/mimeinfo.cache", "every machine generates its own cache of desktop files"),
        Make("usr/share/glib-2.0/schemas/gschemas.compiled", "every machine compiles its own settings schemas"),
        Make("usr/share/fonts/**/fonts.{dir,scale,cache*}", "every machine generates its own font index"),
        Make("etc/ld.so.cache", "every machine generates its own cache of libraries"),
        Make("usr/lib/**/charset.alias", "gettext's table of character sets belongs to the C library"),
        Make("**/{.git,.svn,.hg}/**", "it belongs to version control"),
        Make("**/{.gitignore,.gitattributes,.gitmodules,.DS_Store,Thumbs.db}", "it belongs to the sources"),
        Make("**/*{~,.orig,.rej,.swp}", "an editor or patch left it behind"),
        Make("usr/{bin,sbin,lib,include}/**/*.o", "object files are of no use once the package is built"),
    ];

    /// <summary>Why a file does not belong in packages; null if nothing is known against it.</summary>
    internal static string? Reason(string path) => Array.Find(Known, known => known.Pattern.IsMatch(path)).Reason;

    /// <summary>The advice to remove a file.</summary>
    internal static string Removal(string path) => $"remove it in the build script: {Command(path)}";

    /// <summary>The command that removes a path in the build script.</summary>
    internal static string Command(string path) =>
        path.AsSpan().IndexOfAny("\"\\$`!") < 0
            ? $"rm -f \"$DESTDIR/{path}\""
            : $"rm -f \"$DESTDIR\"/{ShellWord.Quote(path)}";

    private static (Glob Pattern, string Reason) Make(string pattern, string reason) =>
        (Glob.ParseAll(pattern)[0], reason);
}
