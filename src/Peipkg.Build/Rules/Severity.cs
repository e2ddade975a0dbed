namespace Peipkg.Build.Rules;

/// <summary>How much a finding matters.</summary>
internal enum Severity
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Deserves attention; the work goes on.</summary>
    Warning,

    /// <summary>Prevents what was asked for.</summary>
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
