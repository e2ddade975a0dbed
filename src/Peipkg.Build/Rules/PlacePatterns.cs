using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Rules;

/// <summary>The places of editions as patterns, each read once.</summary>
internal static class PlacePatterns
{
    private static readonly Dictionary<(Edition, Architecture, bool), Glob[]> All = (
        from edition in Edition.All
        from known in edition.Layout.Architectures
        from directories in new[] { false, true }
        select (
            (edition, known.Architecture, directories),
            Glob.ParseAll([
                .. edition
                    .Layout.Places(known.Architecture, directories ? PayloadKind.Directory : PayloadKind.File)
                    .Select(place => directories ? place + "/" : place),
            ])
        )
    ).ToDictionary(pair => pair.Item1, pair => pair.Item2);

    /// <summary>Patterns of all paths that files and symlinks of a package may have, or its directories.</summary>
    internal static Glob[] Of(Edition edition, Architecture architecture, bool directories = false) =>
        All[(edition, architecture, directories)];
}
