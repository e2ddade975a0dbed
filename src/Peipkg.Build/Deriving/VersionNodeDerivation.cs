using System.Buffers;
using Peipkg.Build.Elf;
using Peipkg.Build.Rules;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Deriving;

/// <summary>
/// Derives the symbol versions of selected libraries: <c>elfver(SONAME:TOKEN)</c> for each that a library defines, and for
/// each without which a file does not run. A package that needs one and does not say so would be installed beside a library
/// that lacks it, so whatever stands in the way is an error.
/// </summary>
internal static class VersionNodeDerivation
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-"
    );

    internal static void Derive(DerivedFrom package)
    {
        IReadOnlySet<string> selected = package.Choice.NodeSonames;
        ILookup<string, string> libraries = package
            .Files.Images.Where(file => file.Value.Soname is { } soname && selected.Contains(soname))
            .ToLookup(file => file.Value.Soname!, file => file.Key, StringComparer.Ordinal);
        foreach (IGrouping<string, string> library in libraries.Where(library => library.Count() > 1))
        {
            package.Report(
                DeriveRules.SonameTwice,
                $"{string.Join(" and ", library.Select(path => DisplayText.Quote(path)))} have the soname "
                    + $"{DisplayText.Quote(library.Key)}; which of them defines its symbol versions is open"
            );
        }

        SortedDictionary<string, string> needed = new(StringComparer.Ordinal);
        foreach ((string path, ElfImage image) in package.Files.Images)
        {
            Define(package, path, image);
            Need(package, path, image, needed);
        }

        foreach ((string text, string soname) in needed)
        {
            VirtualName name = VirtualName.Parse(text);
            if (package.Names.Provides.ContainsKey(name) || package.Declares(text))
            {
                continue;
            }

            if (libraries.Contains(soname))
            {
                package.Report(
                    DeriveRules.OwnNodeMissing,
                    $"{DerivedFrom.Quote(package.Names.NeedersOf(text))} needs {text}, which the package's own "
                        + $"{DisplayText.Quote(libraries[soname].First())} does not define"
                );
            }
            else
            {
                package.Names.Needs[name] = new(name, null);
            }
        }
    }

    private static void Define(DerivedFrom package, string path, ElfImage image)
    {
        if (image.Soname is not { } soname || !package.Choice.NodeSonames.Contains(soname))
        {
            return;
        }

        foreach (ElfVersionDefinition node in image.Definitions.Nodes.Where(node => !node.IsBase))
        {
            if (TryName(package, path, "defines", soname, node.Token) is { } name)
            {
                package.Names.Provides[name] = new(name, null);
                package.Names.AddProvider(name.Text, new(path, $"version definition {node.Token}"));
            }
        }
    }

    private static void Need(DerivedFrom package, string path, ElfImage image, SortedDictionary<string, string> needed)
    {
        foreach (
            ElfVersionNeed node in image.VersionNeeds.Nodes.Where(node =>
                !node.IsWeak && package.Choice.NodeSonames.Contains(node.Soname)
            )
        )
        {
            if (TryName(package, path, "needs", node.Soname, node.Token) is { } name)
            {
                needed[name.Text] = node.Soname;
                package.Names.AddNeeder(name.Text, new(path, $"version need {node.Token} of {node.Soname}"));
            }
        }
    }

    private static VirtualName? TryName(DerivedFrom package, string path, string relation, string soname, string token)
    {
        if (
            token.Length > 0
            && !token.AsSpan().ContainsAnyExcept(TokenCharacters)
            && Derivation.CanHaveNodes(soname)
            && VirtualName.TryParse($"elfver({soname}:{token})", out VirtualName name, out _)
        )
        {
            return name;
        }

        package.Report(
            DeriveRules.UnrepresentableNode,
            $"{DisplayText.Quote(path)} {relation} the symbol version {DisplayText.Quote(token)} of "
                + $"{DisplayText.Quote(soname)}, which cannot be written as elfver(SONAME:TOKEN)"
        );
        return null;
    }
}
