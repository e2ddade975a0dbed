namespace Peipkg.Build.Sandboxing;

/// <summary>Where a build script finds everything: on this machine, or as it is named in a sandbox.</summary>
/// <param name="Source">$SOURCE_DIR.</param>
/// <param name="Destination">$DESTDIR.</param>
/// <param name="Work">The working directory.</param>
/// <param name="Script">The script.</param>
internal sealed record ScriptPlaces(string Source, string Destination, string Work, string Script);
