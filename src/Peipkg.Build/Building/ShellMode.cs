namespace Peipkg.Build.Building;

/// <summary>When a build opens a shell.</summary>
internal enum ShellMode
{
    /// <summary>Never.</summary>
    None,

    /// <summary>Instead of running the build script.</summary>
    Instead,

    /// <summary>Where a script has failed.</summary>
    OnFailure,
}
