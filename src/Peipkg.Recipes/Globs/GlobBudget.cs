using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Globs;

/// <summary>
/// What comparing the patterns of one recipe with each other may take. Patterns are short, and how long two of them take to
/// compare is up to their author; so all comparisons of a recipe share one budget, and stop when it is spent.
/// </summary>
/// <param name="cancellation">Ends a comparison early, by an exception.</param>
public sealed class GlobBudget(CancellationToken cancellation = default)
{
    private const long StepsBetweenLooks = 4096;

    private long _left = RecipeLimits.GlobComparisonSteps;
    private long _nextLook = RecipeLimits.GlobComparisonSteps;

    /// <summary>Whether nothing is left: comparisons find nothing any more.</summary>
    public bool IsSpent => _left <= 0;

    /// <summary>Takes steps, if there are any left.</summary>
    /// <returns>False when nothing is left.</returns>
    /// <exception cref="OperationCanceledException">The comparison was cancelled.</exception>
    internal bool TrySpend(long steps = 1)
    {
        _left = Math.Max(0, _left - steps);
        if (_left <= _nextLook)
        {
            cancellation.ThrowIfCancellationRequested();
            _nextLook = _left - StepsBetweenLooks;
        }

        return _left > 0;
    }
}
