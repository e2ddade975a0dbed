using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Building;

/// <summary>An operator's order to stop a build that is under way.</summary>
/// <param name="Hold">Cancelled, or rejected for good.</param>
/// <param name="Reason">In the operator's words.</param>
/// <param name="By">The operator, where that is known.</param>
internal sealed record StopOrder(BuildHold Hold, string Reason, string? By);
