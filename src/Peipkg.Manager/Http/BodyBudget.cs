using Peipkg.Manager.World;

namespace Peipkg.Manager.Http;

/// <summary>
/// How much of what strangers send is held at a time. Deliveries are some kilobytes and always fit; what goes beyond that
/// comes out of one budget for all, so that a thousand slow senders fill neither the memory nor the place of a real delivery.
/// </summary>
internal sealed class BodyBudget
{
    private long _taken;

    /// <summary>Begins to count a body; dispose it when the body is gone.</summary>
    public Share Open() => new(this);

    /// <summary>What one body has taken.</summary>
    internal sealed class Share(BodyBudget budget) : IDisposable
    {
        private long _taken;

        /// <summary>Whether the body may have so many bytes.</summary>
        public bool TryGrow(long bytes)
        {
            long more = Math.Max(0, bytes - ManagerLimits.FreeBodyBytes) - _taken;
            if (more <= 0)
            {
                return true;
            }

            _taken += more;
            return Interlocked.Add(ref budget._taken, more) <= ManagerLimits.SharedBodyBytes;
        }

        public void Dispose() => Interlocked.Add(ref budget._taken, -_taken);
    }
}
