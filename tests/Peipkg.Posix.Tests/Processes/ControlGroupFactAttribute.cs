using Peipkg.Posix.Processes;

namespace Peipkg.Posix.Tests.Processes;

/// <summary>A test that shows something only where this process may make control groups; elsewhere it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ControlGroupFactAttribute : FactAttribute
{
    public ControlGroupFactAttribute()
    {
        using ControlGroup? possible = ControlGroup.TryCreate();
        if (possible is null)
        {
            Skip = "this process may not make control groups of version 2 here, or the kernel is older than 5.14";
        }
    }
}
