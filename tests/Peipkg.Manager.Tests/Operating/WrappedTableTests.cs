using Peipkg.Manager.Operating;

namespace Peipkg.Manager.Tests.Operating;

public sealed class WrappedTableTests
{
    private static string Write(int? columns, params string[][] rows)
    {
        StringWriter output = new() { NewLine = "\n" };
        WrappedTable.Write(output, null, ["NAME", "ERROR"], rows, columns);
        return output.ToString();
    }

    [Fact]
    public void Without_a_width_each_row_is_one_line() =>
        Assert.Equal(
            "NAME  ERROR\na     it is broken and will stay so for long\n",
            Write(null, ["a", "it is broken and will stay so for long"])
        );

    [Fact]
    public void The_last_column_is_broken_between_words_and_keeps_its_place() =>
        Assert.Equal(
            "NAME  ERROR\na     it is broken and will\n      stay so for long\n",
            Write(30, ["a", "it is broken and will stay so for long"])
        );

    [Fact]
    public void Without_room_beside_the_others_it_goes_below_them() =>
        Assert.Equal(
            "NAME\nlibsomething\n    it is broken and will stay\n    so for long\nother\n",
            Write(30, ["libsomething", "it is broken and will stay so for long"], ["other", ""])
        );

    [Fact]
    public void A_word_longer_than_the_line_is_not_cut() =>
        Assert.Equal(
            "NAME  ERROR\na     see\n      /a/path/that/is/longer/than/the/line\n      for more\n",
            Write(30, ["a", "see /a/path/that/is/longer/than/the/line for more"])
        );

    [Fact]
    public void Nothing_in_a_cell_can_do_anything_to_the_terminal() =>
        Assert.Equal("NAME         ERROR\n\\x1b[31mred  a\\x0ab\n", Write(80, ["\u001b[31mred", "a\nb"]));

    [Fact]
    public void Times_are_said_in_the_largest_unit_that_tells_enough()
    {
        DateTimeOffset now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal("0 s ago", ManagerTime.InWords("2026-05-01T12:00:00Z", now));
        Assert.Equal("119 s ago", ManagerTime.InWords("2026-05-01T11:58:01Z", now));
        Assert.Equal("in 5 min", ManagerTime.InWords("2026-05-01T12:05:30Z", now));
        Assert.Equal("23 h ago", ManagerTime.InWords("2026-04-30T13:00:00Z", now));
        Assert.Equal("in 3 d", ManagerTime.InWords("2026-05-04T12:00:00Z", now));
    }
}
