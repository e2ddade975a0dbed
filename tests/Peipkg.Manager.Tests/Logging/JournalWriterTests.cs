using Peipkg.Manager.Logging;

namespace Peipkg.Manager.Tests.Logging;

public class JournalWriterTests
{
    [Fact]
    public void Each_line_gets_the_priority_of_its_level_however_it_is_written()
    {
        using StringWriter written = new();
        using TextWriter journal = JournalWriter.Wrap(written, "8:4711", "socket:[4711]");
        journal.Write(
            "time=2026-05-07T12:00:00.000Z level=error msg=\"build failed\"\ntime=2026-05-07T12:00:00.000Z level=warn msg=x\n"
        );
        journal.Write("time=2026-05-07T12:00:00.000Z level=inf");
        journal.Write("o msg=\"said level=error \"\n");
        journal.Write("time=2026-05-07T12:00:00.000Z level=debug msg=x\n".ToCharArray(), 0, 48);
        journal.WriteLine("peipkg-manager: error: the signing key cannot be read");
        journal.WriteLine("peipkg-manager: warning: x");
        Assert.Equal(
            ["<3>time", "<4>time", "<6>time", "<7>time", "<3>peip", "<4>peip"],
            written.ToString().TrimEnd('\n').Split('\n').Select(line => line[..7])
        );
    }

    [Theory]
    [InlineData(null, "socket:[4711]")]
    [InlineData("8:4711", "/var/log/farm.log")]
    [InlineData("8:4711", "socket:[471]")]
    [InlineData("8:4711", null)]
    public void What_does_not_lead_to_the_journal_is_left_alone(string? stream, string? link)
    {
        using StringWriter written = new();
        Assert.Same(written, JournalWriter.Wrap(written, stream, link));
    }
}
