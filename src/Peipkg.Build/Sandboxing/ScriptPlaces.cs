namespace Peipkg.Build.Sandboxing;

/// <summary>The paths that a build script is given: those of this machine, or those of a sandbox.</summary>
/// <param name="Source">$SOURCE_DIR.</param>
/// <param name="Destination">$DESTDIR.</param>
/// <param name="Work">The working directory.</param>
/// <param name="Script">The script.</param>
/// <param name="Recipe">$RECIPE_DIR.</param>
/// <param name="Home">$HOME, an empty directory.</param>
internal sealed record ScriptPlaces(
    string Source,
    string Destination,
    string Work,
    string Script,
    string Recipe,
    string Home
);
