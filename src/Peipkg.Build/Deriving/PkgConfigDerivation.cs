using Peipkg.Build.Rules;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;

namespace Peipkg.Build.Deriving;

/// <summary>
/// Derives modules of pkg-config: a <c>.pc</c> file provides <c>pkgconfig(NAME)</c> and needs the modules that it requires,
/// publicly or privately, for whoever uses it reads their files too.
/// </summary>
internal static class PkgConfigDerivation
{
    internal static void Derive(DerivedFrom package)
    {
        foreach ((string link, string missing) in package.Files.OutsideLinks)
        {
            package.Report(
                DeriveRules.LinkOutside,
                $"the symlink {DisplayText.Quote(link)} leads to {DisplayText.Quote(missing)}, "
                    + "which is not a file of this package; the module is left out"
            );
        }

        HashSet<string> provided = new(StringComparer.Ordinal);
        Dictionary<string, List<string>> needed = new(StringComparer.Ordinal);
        foreach ((string path, PkgConfigFile file) in package.Files.Modules)
        {
            if (file.Fault is not null)
            {
                package.Report(DeriveRules.BadModuleFile, $"{DisplayText.Quote(path)} cannot be read: {file.Fault}");
                continue;
            }

            string module = CapabilityFiles.ModuleName(path);
            provided.Add(module);
            package.Names.AddProvider($"pkgconfig({module})", new(path, VersionLine(file)));
            Provide(package, path, module, file.Version);
            Need(package, path, "Requires", file.Requires, needed);
            Need(package, path, "Requires.private", file.PrivateRequires, needed);
        }

        foreach ((string module, List<string> constraints) in needed.OrderBy(need => need.Key, StringComparer.Ordinal))
        {
            string text = $"pkgconfig({module})";
            if (!provided.Contains(module) && !package.Declares(text) && TryName(package, module) is { } name)
            {
                package.Names.Needs[name] = new(name, Join(package, name, constraints));
            }
        }
    }

    private static string VersionLine(PkgConfigFile file) =>
        file.Version.Length == 0 ? "the module's file" : $"Version: {file.Version}";

    private static void Provide(DerivedFrom package, string path, string module, string version)
    {
        if (!VirtualName.TryParse($"pkgconfig({module})", out VirtualName name, out _))
        {
            ReportName(package, module, path);
            return;
        }

        VersionOperand? operand = null;
        if (VersionOperand.TryParse(version, out VersionOperand parsed, out _))
        {
            operand = parsed;
        }
        else if (version.Length > 0)
        {
            package.Report(
                DeriveRules.BadVersion,
                $"{DisplayText.Quote(path)}: {DisplayText.Quote(version)} is not a version, so {name} is provided without one"
            );
        }

        // pkg-config takes the first file that it finds, and usr/lib comes before usr/share in its path.
        if (!package.Names.Provides.TryAdd(name, new(name, operand)))
        {
            VersionOperand? first = package.Names.Provides[name].Version;
            if (first != operand)
            {
                package.Report(
                    DeriveRules.ModuleTwice,
                    $"{DerivedFrom.Quote(package.Names.ProvidersOf(name.Text))} are the module {DisplayText.Quote(module)} "
                        + $"in different versions; {name} is provided {(first is { } kept ? $"as {kept}" : "without one")}"
                );
            }
        }
    }

    private static void Need(
        DerivedFrom package,
        string path,
        string field,
        IReadOnlyList<PkgConfigNeed> list,
        Dictionary<string, List<string>> needed
    )
    {
        foreach (PkgConfigNeed need in list)
        {
            if (!needed.TryGetValue(need.Module, out List<string>? constraints))
            {
                needed.Add(need.Module, constraints = []);
            }

            if (need.Constraint is not null && !constraints.Contains(need.Constraint))
            {
                constraints.Add(need.Constraint);
            }

            package.Names.AddNeeder($"pkgconfig({need.Module})", new(path, $"{field}: {need}"));
        }
    }

    private static VirtualName? TryName(DerivedFrom package, string module)
    {
        string text = $"pkgconfig({module})";
        if (VirtualName.TryParse(text, out VirtualName name, out _))
        {
            return name;
        }

        ReportName(package, module, package.Names.NeedersOf(text)[0].Path);
        return null;
    }

    private static void ReportName(DerivedFrom package, string module, string path) =>
        package.Report(
            DeriveRules.BadModuleName,
            module.Length == 0
                ? $"{DisplayText.Quote(path)}: a module has no name; it is left out"
                : $"{DisplayText.Quote(path)}: {DisplayText.Quote(module)} cannot be the name of a module; it is left out"
        );

    private static VersionConstraint? Join(DerivedFrom package, VirtualName name, List<string> constraints)
    {
        if (constraints.Find(text => !VersionConstraint.TryParse(text, out _, out _)) is { } bad)
        {
            package.Report(
                DeriveRules.BadConstraint,
                $"{DisplayText.Quote(package.Names.NeedersOf(name.Text)[0].Path)} requires {name} with "
                    + $"{DisplayText.Quote(bad)}, which is not a constraint; it is needed in any version"
            );
            return null;
        }

        return constraints.Count == 0 ? null : VersionConstraint.Parse(string.Join(", ", constraints));
    }
}
