namespace Peipkg.Build.Rules;

/// <summary>How severe a finding is.</summary>
internal enum Severity
{
    /// <summary>Worth knowing; the work goes on.</summary>
    Note,

    /// <summary>Deserves attention; the work goes on.</summary>
    Warning,

    /// <summary>Makes the command fail.</summary>
    Error,
}

/// <summary>The spelling of severities.</summary>
internal static class SeverityText
{
    internal static string Text(this Severity severity) =>
        severity switch
        {
            Severity.Error => "error",
            Severity.Warning => "warning",
            _ => "note",
        };
}
