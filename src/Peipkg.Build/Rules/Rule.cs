using Peipkg.Format.Editions;

namespace Peipkg.Build.Rules;

/// <summary>A rule for recipes, build scripts or what they install.</summary>
/// <param name="Id">The name that findings carry and that <c>--deny</c> and <c>--allow</c> take, in kebab case.</param>
/// <param name="Severity">How severe a violation is, unless the command line says otherwise.</param>
/// <param name="Finder">Which commands check it.</param>
/// <param name="Summary">The violation, in a short sentence.</param>
/// <param name="Why">Why it matters.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Example">A violation, as it stands in a recipe or a script.</param>
internal sealed record Rule(
    string Id,
    Severity Severity,
    Finder Finder,
    string Summary,
    string Why,
    string Remedy,
    string Example
)
{
    /// <summary>The edition that alone has the rule; null where all have it.</summary>
    internal Edition? Edition { get; init; }
}

/// <summary>The commands that check a rule.</summary>
[Flags]
internal enum Finder
{
    /// <summary><c>check</c>.</summary>
    Check = 1,

    /// <summary><c>build</c>.</summary>
    Build = 2,

    /// <summary><c>pack</c>.</summary>
    Pack = 4,

    /// <summary>A mistake in the recipe, which <c>build</c> reports too.</summary>
    Recipe = Check | Build,

    /// <summary>A fault of what goes into a package.</summary>
    Payload = Build | Pack,
}
