namespace Peipkg.Manager.Operating;

/// <summary>How people name a version: by its tag, in full, or without its revision.</summary>
internal static class VersionName
{
    /// <summary>Whether that is the version meant.</summary>
    /// <param name="asked">What was typed.</param>
    /// <param name="tag">The version's tag.</param>
    /// <param name="version">The version.</param>
    public static bool Means(string asked, string? tag, string? version) =>
        asked == tag
        || asked == version
        || (version is not null && version.LastIndexOf('-') is > 0 and int end && asked == version[..end]);
}
