using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Tests.Reporting;

public sealed class TextTableTests
{
    private static string Write(int? columns, params string[][] rows)
    {
        StringWriter output = new() { NewLine = "\n" };
        TextTable table = new("NAME", "ERROR");
        foreach (string[] row in rows)
        {
            table.Add(row);
        }

        table.Write(output, columns);
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
    public void Numbers_stand_to_the_right_and_an_overlong_cell_pushes_its_own_row_only()
    {
        TextTable table = new("NAME", ">SIZE", "STATE");
        table.Add("a", "1", "");
        table.Add(new string('n', 60), "1000", "old");
        StringWriter output = new() { NewLine = "\n" };
        table.Write(output);
        string gap = new(' ', 44);
        Assert.Equal($"NAME{gap}  SIZE  STATE\na   {gap}     1\n{new string('n', 60)}  1000  old\n", output.ToString());
    }

    [Fact]
    public void Without_rows_nothing_is_written()
    {
        StringWriter output = new();
        new TextTable("NAME").Write(output);
        Assert.Equal("", output.ToString());
    }
}
