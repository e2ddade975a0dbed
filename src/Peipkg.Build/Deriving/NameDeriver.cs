using Peipkg.Build.Elf;
using Peipkg.Build.Rules;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Deriving;

/// <summary>Derives the names that the files of one package provide and need (PSPU 5.22).</summary>
internal static class NameDeriver
{
    /// <summary>Derives all that was chosen.</summary>
    /// <param name="manifest">The package as it is declared.</param>
    /// <param name="files">Its files, read.</param>
    /// <param name="choice">What to derive.</param>
    internal static DerivedNames Derive(Manifest manifest, CapabilityFiles files, Derivation choice)
    {
        DerivedNames names = new();
        DerivedFrom package = new(manifest, files, choice, names);
        if (choice.Sonames || choice.VersionNodes)
        {
            RequireReadable(package);
        }

        if (choice.Sonames)
        {
            SonameDerivation.Derive(package);
        }

        if (choice.VersionNodes)
        {
            VersionNodeDerivation.Derive(package);
        }

        if (choice.PkgConfig)
        {
            PkgConfigDerivation.Derive(package);
        }

        return names;
    }

    /// <summary>The manifest with the names; what it declares stays as it is.</summary>
    internal static Manifest Complete(Manifest manifest, DerivedNames names) =>
        manifest with
        {
            Provides = Merge(
                manifest.Provides,
                names.Provides.Values.Select(provide => new Provide(provide.Name, provide.Version)),
                provide => provide.Name
            ),
            Dependencies = Merge(
                manifest.Dependencies,
                names.Needs.Values.Select(need => new Dependency(need.Name, need.Constraint)),
                dependency => dependency.Name
            ),
        };

    private static T[] Merge<T>(IReadOnlyList<T> declared, IEnumerable<T> derived, Func<T, VirtualName> nameOf)
    {
        HashSet<VirtualName> names = [.. declared.Select(nameOf)];
        return [.. declared.Concat(derived.Where(relation => !names.Contains(nameOf(relation)))).OrderBy(nameOf)];
    }

    // What a loader could not take has more names, or fewer, than could be read.
    private static void RequireReadable(DerivedFrom package)
    {
        Derivation choice = package.Choice;
        foreach ((string path, ElfImage image) in package.Files.Images)
        {
            if (image.Fault is not null)
            {
                package.Report(
                    DeriveRules.DamagedElf,
                    $"{DisplayText.Quote(path)} is an ELF file that no loader takes: {image.Fault}"
                );
                continue;
            }

            bool defines = choice.VersionNodes && image.Soname is { } soname && choice.NodeSonames.Contains(soname);
            bool needs = image.Needed.Any(name =>
                (choice.VersionNodes && choice.NodeSonames.Contains(name))
                || (choice.Sonames && choice.SymbolPolicy.ContainsKey(name))
            );
            string?[] faults = [defines ? image.Definitions.Fault : null, needs ? image.VersionNeeds.Fault : null];
            foreach (string fault in faults.OfType<string>())
            {
                package.Report(
                    DeriveRules.DamagedElf,
                    $"{DisplayText.Quote(path)} {fault}, so its symbol versions cannot be told"
                );
            }
        }
    }
}
