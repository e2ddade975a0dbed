using System.Net;
using Peipkg.Manager.Http;

namespace Peipkg.Manager.Tests.Http;

public class ConnectionPlacesTests
{
    private readonly List<string> _ended = [];

    private ConnectionPlaces.Place Enter(ConnectionPlaces places, string address, string name) =>
        places.Enter(IPAddress.Parse(address), () => _ended.Add(name));

    [Fact]
    public void Nobody_has_to_go_while_there_is_room()
    {
        ConnectionPlaces places = new(3);
        using ConnectionPlaces.Place first = Enter(places, "192.0.2.1", "first");
        using (Enter(places, "192.0.2.1", "second"))
        {
            using ConnectionPlaces.Place third = Enter(places, "192.0.2.2", "third");
        }

        using ConnectionPlaces.Place fourth = Enter(places, "192.0.2.3", "fourth");
        using ConnectionPlaces.Place fifth = Enter(places, "192.0.2.3", "fifth");
        Assert.Empty(_ended);
    }

    [Fact]
    public void When_all_places_are_taken_the_oldest_of_the_most_crowded_address_makes_room()
    {
        ConnectionPlaces places = new(4);
        Enter(places, "192.0.2.9", "forge");
        Enter(places, "192.0.2.1", "slow 1");
        Enter(places, "192.0.2.1", "slow 2");
        Enter(places, "192.0.2.2", "other");
        Enter(places, "127.0.0.1", "health");
        Enter(places, "192.0.2.1", "slow 3");
        Assert.Equal("slow 1", _ended[0]);
        Assert.Equal(2, _ended.Count);
        Assert.DoesNotContain("health", _ended);
    }

    [Fact]
    public void The_addresses_of_one_subscriber_count_as_one()
    {
        ConnectionPlaces places = new(3);
        Enter(places, "192.0.2.9", "forge");
        Enter(places, "2001:db8:0:1::1", "slow 1");
        Enter(places, "2001:db8:0:1::2", "slow 2");
        Enter(places, "::ffff:192.0.2.9", "forge again");
        Assert.Equal(["slow 1"], _ended);
    }

    [Fact]
    public void An_ended_connection_that_made_room_gives_nothing_back_twice()
    {
        ConnectionPlaces places = new(1);
        ConnectionPlaces.Place first = Enter(places, "192.0.2.1", "first");
        ConnectionPlaces.Place second = Enter(places, "192.0.2.2", "second");
        first.Dispose();
        first.Dispose();
        Enter(places, "192.0.2.3", "third");
        second.Dispose();
        Assert.Equal(["first", "second"], _ended);
    }
}
