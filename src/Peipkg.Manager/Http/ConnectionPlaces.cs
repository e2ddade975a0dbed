using System.Net;
using System.Net.Sockets;

namespace Peipkg.Manager.Http;

/// <summary>
/// Who may be connected. Everybody gets in: when all places are taken, the oldest connection of the address that holds
/// most of them makes room. So strangers who are slow on purpose push out each other, and neither a forge's delivery nor a
/// look at <c>/healthz</c>, which take milliseconds, waits for them, wherever it comes from.
/// </summary>
/// <param name="places">Connections at a time.</param>
internal sealed class ConnectionPlaces(int places)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, LinkedList<Place>> _held = [];
    private int _taken;

    /// <summary>Takes a place; dispose the result when the connection has ended.</summary>
    /// <param name="address">Who it is; null where that is not known.</param>
    /// <param name="end">Ends the connection.</param>
    public Place Enter(IPAddress? address, Action end)
    {
        Place place = new(this, Network(address), end);
        Place? leaving = null;
        lock (_gate)
        {
            if (_taken >= places)
            {
                leaving = _held.Values.MaxBy(held => held.Count)!.First!.Value;
                Remove(leaving);
            }

            if (!_held.TryGetValue(place.Network, out LinkedList<Place>? theirs))
            {
                _held.Add(place.Network, theirs = new LinkedList<Place>());
            }

            place.Node = theirs.AddLast(place);
            _taken++;
        }

        leaving?.End();
        return place;
    }

    // One subscriber has 2^64 addresses of IPv6.
    private static IPAddress Network(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private void Remove(Place place)
    {
        if (place.Node is not { } node)
        {
            return;
        }

        place.Node = null;
        _taken--;
        LinkedList<Place> theirs = node.List!;
        theirs.Remove(node);
        if (theirs.Count == 0)
        {
            _held.Remove(place.Network);
        }
    }

    /// <summary>A connection's place.</summary>
    internal sealed class Place(ConnectionPlaces places, IPAddress network, Action end) : IDisposable
    {
        /// <summary>The address, or the network that one subscriber has.</summary>
        public IPAddress Network => network;

        /// <summary>Where it stands among the places of its network; null when it has none any more.</summary>
        public LinkedListNode<Place>? Node { get; set; }

        public void End() => end();

        public void Dispose()
        {
            lock (places._gate)
            {
                places.Remove(this);
            }
        }
    }
}
