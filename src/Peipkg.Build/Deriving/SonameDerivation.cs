using Peipkg.Build.Elf;
using Peipkg.Build.Rules;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Build.Deriving;

/// <summary>
/// Derives shared libraries from ELF files: a library provides its soname, and what is linked with it needs that. The name is
/// taken as it is; its versions say nothing, unless a policy knows better.
/// </summary>
internal static class SonameDerivation
{
    internal static void Derive(DerivedFrom package)
    {
        HashSet<string> provided = new(StringComparer.Ordinal);
        SortedSet<string> needed = new(StringComparer.Ordinal);
        foreach ((string path, ElfImage image) in package.Files.Images)
        {
            if (image.Soname is { } soname)
            {
                provided.Add(soname);
                package.Names.AddProvider(soname, new(path, "DT_SONAME"));
            }
            else if (image.Fault is null && IsNamedForLinking(path))
            {
                package.Report(
                    DeriveRules.NoSoname,
                    $"{DisplayText.Quote(path)} has no soname, so no package can depend on it"
                );
            }

            foreach (string need in image.Needed)
            {
                needed.Add(need);
                package.Names.AddNeeder(need, new(path, "DT_NEEDED"));
            }
        }

        foreach (string soname in provided.Order(StringComparer.Ordinal))
        {
            if (TryName(package, soname, "is the soname of", package.Names.ProvidersOf(soname)) is { } name)
            {
                package.Names.Provides[name] = new(
                    name,
                    package.Choice.SymbolPolicy.ContainsKey(soname)
                        ? VersionOperand.Parse(package.Manifest.Version.Text)
                        : null
                );
            }
        }

        foreach (string soname in needed.Where(soname => !provided.Contains(soname) && !package.Declares(soname)))
        {
            if (TryName(package, soname, "is needed by", package.Names.NeedersOf(soname)) is { } name)
            {
                package.Names.Needs[name] = new(name, Floor(package, soname));
            }
        }
    }

    private static VirtualName? TryName(
        DerivedFrom package,
        string soname,
        string relation,
        IReadOnlyList<NameSource> files
    )
    {
        if (VirtualName.TryParse(soname, out VirtualName name, out _))
        {
            return name;
        }

        package.Report(
            DeriveRules.UnrepresentableSoname,
            $"{DisplayText.Quote(soname)} {relation} {DerivedFrom.Quote(files)} and cannot be written as a name; it is left out"
        );
        return null;
    }

    // The highest of the versions without which a file does not run, where the policy says how they are numbered.
    private static VersionConstraint? Floor(DerivedFrom package, string soname)
    {
        if (!package.Choice.SymbolPolicy.TryGetValue(soname, out string? prefix))
        {
            return null;
        }

        HashSet<string> versions = new(StringComparer.Ordinal);
        foreach ((_, ElfImage image) in package.Files.Images)
        {
            versions.UnionWith(
                image
                    .VersionNeeds.Nodes.Where(node =>
                        node.Soname == soname && !node.IsWeak && node.Token.StartsWith(prefix, StringComparison.Ordinal)
                    )
                    .Select(node => node.Token[prefix.Length..])
                    .Where(version => version.Length > 0 && char.IsAsciiDigit(version[0]))
            );
        }

        (string Text, PackageVersion Version)[] floors =
        [
            .. versions.SelectMany(text => TryVersion(text) is { } version ? new[] { (text, version) } : []),
        ];
        return floors.Length == 0
            ? null
            : VersionConstraint.Parse($">= {VersionOrder.HighestFirst(floors, floor => floor.Version)[0].Text}");
    }

    // A version without a revision takes part in the comparison as the first that there can be.
    private static PackageVersion? TryVersion(string text) =>
        VersionOperand.TryParse(text, out VersionOperand operand, out _)
        && PackageVersion.TryParse(operand.Revision is null ? $"{text}-1" : text, out PackageVersion version, out _)
            ? version
            : null;

    // A module that a program loads by itself has another name, and needs no soname.
    private static bool IsNamedForLinking(string path) =>
        path.AsSpan(path.LastIndexOf('/') + 1).StartsWith("lib") && LibraryName.IsShared(path);
}
