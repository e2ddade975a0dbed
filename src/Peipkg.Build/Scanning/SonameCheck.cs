using Peipkg.Build.Packing;
using Peipkg.Build.Rules;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Scanning;

/// <summary>
/// Finds libraries that programs need and nobody provides: not their package, not another of the recipe, not a declared
/// dependency, as far as its name tells. What a dependency really holds cannot be known here.
/// </summary>
internal static class SonameCheck
{
    // The C library's own sonames, which no package is named for one by one.
    private static readonly string[] CLibraryNames = ["libc", "glibc", "musl", "libc6"];

    private static readonly HashSet<string> CLibrary = new(StringComparer.Ordinal)
    {
        "libc", "libm", "libdl", "libpthread", "librt", "libutil", "libresolv", "libnsl", "libcrypt", "libanl", "libmvec",
        "libthread_db", "libBrokenLocale", "libnss_files", "libnss_dns",
    };

    // Libraries whose package has another name than theirs.
    private static readonly Dictionary<string, string[]> OtherNames = new(StringComparer.Ordinal)
    {
        ["libssl"] = ["openssl"],
        ["libcrypto"] = ["openssl", "libssl"],
        ["libz"] = ["zlib"],
        ["libbz2"] = ["bzip2"],
        ["liblzma"] = ["xz"],
        ["libstdc++"] = ["gcc-libs", "libcxx"],
        ["libgcc_s"] = ["gcc-libs", "libgcc"],
        ["libtinfo"] = ["ncurses", "libncurses"],
        ["libtinfow"] = ["ncurses", "libncurses"],
        ["libncursesw"] = ["ncurses", "libncurses"],
        ["libpcre2-8"] = ["pcre2", "libpcre2", "libpcre"],
        ["libglib-2.0"] = ["glib", "libglib"],
        ["libgobject-2.0"] = ["glib", "libglib"],
        ["libgio-2.0"] = ["glib", "libglib"],
    };

    internal static void Report(
        IReadOnlyList<PackagePlan> plans, ILookup<string, ScannedFile> files, FindingReporter reporter)
    {
        HashSet<string> held = new(StringComparer.Ordinal);
        foreach (PackagePlan plan in plans)
        {
            held.UnionWith(plan.Payload.Where(source => source.Kind != PayloadKind.Directory)
                .Select(source => source.Path[(source.Path.LastIndexOf('/') + 1)..]));
            held.UnionWith(files[plan.Manifest.Name.Text].Select(file => file.Image?.Soname).OfType<string>());
        }

        foreach (PackagePlan plan in plans)
        {
            HashSet<string> dependencies = new(plan.Manifest.Dependencies.Concat(plan.Manifest.OptionalDependencies)
                .Select(dependency => dependency.Name.Text), StringComparer.Ordinal);
            foreach (IGrouping<string, string> needed in files[plan.Manifest.Name.Text]
                .Where(file => file.Image is not null && file.Archive is null)
                .SelectMany(file => file.Image!.Needed.Select(soname => (file.Path, Soname: soname)))
                .Where(pair => !held.Contains(pair.Soname) && !Provides(dependencies, pair.Soname))
                .OrderBy(pair => pair.Soname, StringComparer.Ordinal).ThenBy(pair => pair.Path, PayloadPath.Order)
                .GroupBy(pair => pair.Soname, pair => pair.Path, StringComparer.Ordinal))
            {
                string first = DisplayText.Quote(needed.First());
                int more = needed.Count() - 1;
                reporter.Report(ContentRules.MissingSoname,
                    $"package {plan.Manifest.Name}: {first}{(more > 0 ? $" and {more} more" : "")} {(more > 0 ? "need" : "needs")} "
                    + $"{DisplayText.Quote(needed.Key)}, which neither a package of the recipe nor a declared dependency seems to provide");
            }
        }
    }

    /// <summary>Whether one of the dependencies is named for a soname.</summary>
    internal static bool Provides(IReadOnlySet<string> dependencies, string soname)
    {
        // "libssl.so.3", "soname(libssl.so.3)", "lib:libssl.so.3"
        if (dependencies.Any(name => name == soname || name.Contains($"({soname})", StringComparison.Ordinal)))
        {
            return true;
        }

        int extension = soname.IndexOf(".so", StringComparison.Ordinal);
        string library = extension < 0 ? soname : soname[..extension];
        if (CLibrary.Contains(library) || soname.StartsWith("ld-", StringComparison.Ordinal))
        {
            return Array.Exists(CLibraryNames, dependencies.Contains);
        }

        if (OtherNames.TryGetValue(library, out string[]? others) && Array.Exists(others, dependencies.Contains))
        {
            return true;
        }

        string core = Core(library);
        return dependencies.Any(name => Core(name) == core);
    }

    // "libfoo-2.0", "libfoo2", "foo" and "libfoo" are names for one thing; so are "expat" and "libexpat1".
    private static string Core(string name)
    {
        string lower = name.ToLowerInvariant();
        string core = lower.StartsWith("lib", StringComparison.Ordinal) ? lower[3..] : lower;
        core = core.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '-');
        return core.Length > 0 ? core.Replace('_', '-') : lower;
    }
}
