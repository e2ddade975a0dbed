using Peipkg.Repo.Tests.Commands;

namespace Peipkg.Repo.Tests.Querying;

public class PairOperationTests
{
    [Theory]
    [InlineData("1.0-1", "1.0-2", "-1")]
    [InlineData("1.0~alpha-1", "1.0~a-1", "0")]
    [InlineData("1:0.1-1", "9-1", "1")]
    public void Versions_are_compared(string a, string b, string expected)
    {
        RunResult result = RepoRun.Run("vercmp", a, b);
        Assert.Equal((0, expected + "\n", ""), (result.Code, result.Output, result.Error));
    }

    [Theory]
    [InlineData("1.5-1", ">= 1.2, < 2", "true")]
    [InlineData("2.0-1", ">= 1.2, < 2", "false")]
    public void Constraints_are_matched(string version, string constraint, string expected)
    {
        RunResult result = RepoRun.Run("match", version, constraint);
        Assert.Equal((0, expected + "\n", ""), (result.Code, result.Output, result.Error));
    }

    [Theory]
    [InlineData("vercmp", "1.0", "1.0-1")]
    [InlineData("vercmp", "1.0-1", "")]
    [InlineData("match", "1.0-1", ">")]
    [InlineData("match", "1.0", "> 1")]
    [InlineData("vercmp", "1.0-1", null)]
    public void What_cannot_be_read_is_an_error(string command, string first, string? second)
    {
        RunResult result = second is null ? RepoRun.Run(command, first) : RepoRun.Run(command, first, second);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.StartsWith("peipkg-repo: error: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Pairs_come_from_standard_input_one_answer_a_line()
    {
        RunResult result = RepoRun.RunWithInput("1.0-1\t2.0-1\n2.0-1\t1.0-1\n", "vercmp", "-");
        Assert.Equal((0, "-1\n1\n", ""), (result.Code, result.Output, result.Error));
    }

    [Fact]
    public void Answers_stay_beside_their_questions_when_a_line_is_invalid()
    {
        RunResult result = RepoRun.RunWithInput(
            "1.0-1\t> 0\nbad\t> 0\n1.0-1\n\n1.0-1\t> 0\t1\n1.0-1\t< 0",
            "match",
            "-"
        );
        Assert.Equal((1, "true\nerror\nerror\nerror\nerror\nfalse\n"), (result.Code, result.Output));
        Assert.Equal(
            ["line 2", "line 3", "line 4", "line 5"],
            result.Error.TrimEnd('\n').Split('\n').Select(static line => line.Split(": ")[2])
        );
    }
}
