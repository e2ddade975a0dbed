namespace Peipkg.Manager.World;

/// <summary>
/// Where a failure ends. While one recipe, file, package, upstream or request is judged, whatever is thrown is that
/// thing's error: libraries throw what they do not document, and a stranger's six bytes must not end a farm.
/// </summary>
internal static class Boundary
{
    /// <summary>Whether an exception stays within the boundary: everything but the request to stop.</summary>
    public static bool Holds(Exception exception) => exception is not OperationCanceledException;

    /// <summary>
    /// Whether nobody meant an exception to be seen: an index out of range and its like, as opposed to those that say
    /// what is wrong with a file or a disk.
    /// </summary>
    public static bool IsUnforeseen(Exception exception) =>
        exception is SystemException and not (IOException or UnauthorizedAccessException or OperationCanceledException);

    /// <summary>The exception in words; an unforeseen one with its type, which is the only hint that there is.</summary>
    public static string Describe(Exception exception) =>
        IsUnforeseen(exception) ? $"unexpected {exception.GetType().Name}: {exception.Message}" : exception.Message;
}
