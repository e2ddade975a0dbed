using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;

namespace Peipkg.CommandLine.Tests.Host;

public sealed class CommandLineHostTests
{
    private readonly StringWriter _stdout = new() { NewLine = "\n" };
    private readonly StringWriter _stderr = new() { NewLine = "\n" };

    private string Stdout => _stdout.ToString();

    private string Stderr => _stderr.ToString();

    [Fact]
    public void Runs_the_named_command_with_both_spellings_of_an_option()
    {
        Assert.Equal(0, Run("build", "--recipe", "a", "--version=1", "--env", "A=B", "--env=C=D"));
        Assert.Equal("recipe a, version 1, env A=B C=D, json False\n", Stdout);
        Assert.Equal("", Stderr);
    }

    [Fact]
    public void An_exit_code_of_the_action_is_passed_on() => Assert.Equal(7, Run("fail", "seven"));

    [Theory]
    [InlineData("biuld", "unknown command \"biuld\" (did you mean \"build\"?)")]
    [InlineData("zzz", "unknown command \"zzz\"")]
    [InlineData("build --recipee x", "unknown option --recipee (did you mean \"--recipe\"?)")]
    [InlineData("verify f --kye x", "unknown option --kye (did you mean \"--key\"?)")]
    [InlineData("--nope", "unknown option --nope")]
    [InlineData("build -x", "unknown option -x")]
    [InlineData("build --recipe a --version 1 extra", "unexpected argument \"extra\"")]
    [InlineData("build --recipe a --recipe b --version 1", "option --recipe is given more than once")]
    [InlineData("build --version 1 --recipe", "option --recipe needs a value")]
    [InlineData(
        "build --recipe --version 1",
        "option --recipe needs a value; one that begins with -- is written --recipe=VALUE"
    )]
    [InlineData("build --recipe a --version=", "--version: the value is empty")]
    [InlineData("build --recipe a --version 1 --count x", "--count: \"x\" is no number")]
    [InlineData(
        "build --recipe a --version 1 --mode fats",
        "--mode: \"fats\" is not one of fast, slow (did you mean \"fast\"?)"
    )]
    [InlineData("build --recipe a --version 1 --json=yes", "option --json takes no value")]
    [InlineData("fail user more", "unexpected argument \"more\"")]
    [InlineData("help biuld", "unknown command \"biuld\" (did you mean \"build\"?)")]
    [InlineData("@file", "unknown command \"@file\"")]
    public void A_usage_error_exits_2_and_says_what_is_wrong(string line, string message)
    {
        Assert.Equal(ExitCode.Usage, Run(line.Split(' ')));
        Assert.StartsWith($"tool: error: {message}\n", Stderr, StringComparison.Ordinal);
        Assert.Equal("", Stdout);
    }

    [Fact]
    public void All_missing_required_options_are_named_at_once_with_exit_1()
    {
        Assert.Equal(ExitCode.Failure, Run("build", "--json"));
        Assert.Equal(
            "tool: error: missing required option --recipe PATH\n"
                + "tool: error: missing required option --version VERSION\n"
                + "Run \"tool build --help\" to see how it is used.\n",
            Stderr
        );
    }

    [Fact]
    public void A_malformed_value_beside_a_missing_option_exits_2_and_names_both()
    {
        Assert.Equal(ExitCode.Usage, Run("build", "--recipe", "a", "--count", "x"));
        Assert.Contains("--count: \"x\" is no number", Stderr, StringComparison.Ordinal);
        Assert.Contains("missing required option --version", Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_argument_exits_1()
    {
        Assert.Equal(ExitCode.Failure, Run("verify"));
        Assert.StartsWith("tool: error: missing argument FILE\n", Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void No_command_at_all_exits_1_with_help_on_the_error_stream()
    {
        Assert.Equal(ExitCode.Failure, Run());
        Assert.Contains("no command given", Stderr, StringComparison.Ordinal);
        Assert.Contains("Usage: tool COMMAND", Stderr, StringComparison.Ordinal);
        Assert.Equal("", Stdout);
    }

    [Fact]
    public void An_empty_value_does_not_swallow_the_next_option()
    {
        Assert.Equal(ExitCode.Usage, Run("build", "--version=", "--recipe", "a"));
        Assert.StartsWith("tool: error: --version: the value is empty\n", Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--recipe=--version")]
    [InlineData("--recipe=verify")]
    [InlineData("--recipe=-")]
    public void A_value_may_look_like_an_option_or_a_command_when_it_is_inline(string recipe)
    {
        Assert.Equal(0, Run("build", recipe, "--version", "1"));
        Assert.StartsWith("recipe " + recipe["--recipe=".Length..] + ",", Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void After_two_dashes_everything_is_an_argument()
    {
        Assert.Equal(0, Run("verify", "--key", "k", "--", "--odd", "help"));
        Assert.Equal("k: --odd help\n", Stdout);
    }

    [Fact]
    public void A_single_dash_is_an_argument()
    {
        Assert.Equal(0, Run("verify", "-"));
        Assert.Equal(": -\n", Stdout);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public void Help_of_the_program_lists_its_commands(string word)
    {
        Assert.Equal(0, Run(word));
        Assert.StartsWith("A tool for tests.\n\nUsage: tool COMMAND [OPTIONS]\n", Stdout, StringComparison.Ordinal);
        Assert.Contains("\n  build ", Stdout, StringComparison.Ordinal);
        Assert.Contains("\n  verify ", Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build --help")]
    [InlineData("build --recipe a -h")]
    [InlineData("help build")]
    public void Help_of_a_command_lists_its_options(string line)
    {
        Assert.Equal(0, Run(line.Split(' ')));
        Assert.Equal(
            """
            Builds.

            Usage: tool build --recipe PATH --version VERSION [OPTIONS]

            Options:
              --recipe PATH      The recipe. (required)
              --version VERSION  The version. (required)
              --env NAME=VALUE   Variables. (may be given several times)
              --count N          How many.
              --mode fast|slow   How. (default: fast)
              --json             As JSON.
              -q, --quiet        Show errors and warnings only.
              --verbose          Show each step and how long it took.
              -h, --help         Show this help and exit.

            """.ReplaceLineEndings("\n"),
            Stdout
        );
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("verify --version")]
    [InlineData("help --version")]
    public void Version_is_shown_everywhere_but_where_a_command_has_its_own(string line)
    {
        Assert.Equal(0, Run(line.Split(' ')));
        Assert.StartsWith("tool 0.", Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", "the recipe is wrong\n  here: and here")]
    [InlineData("format", "usr/bin/x: the entry is late (tar-entry-order)")]
    [InlineData("disk", "No space left on device: '/out/x'")]
    [InlineData("bug", "internal error, please report it: InvalidOperationException: odd")]
    [InlineData("nested", "the recipe is wrong\n  here: and here")]
    public void An_exception_becomes_a_message_and_exit_1(string kind, string message)
    {
        Assert.Equal(ExitCode.Failure, Run("fail", kind));
        Assert.Equal($"tool: error: {message}\n", Stderr);
        Assert.Equal("before\n", Stdout);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData(null, false)]
    public void The_exception_behind_a_message_is_printed_where_it_is_asked_for(string? asked, bool printed)
    {
        Dictionary<string, string> variables = [];
        if (asked is not null)
        {
            variables["PEIPKG_BACKTRACE"] = asked;
        }

        Diagnostics diagnostics = new("tool", DiagnosticsOutput.StandardError(_stderr, variables, TimeProvider.System));
        Assert.Equal(
            ExitCode.Failure,
            CommandLineHost.Invoke(Root(_stdout), ["fail", "nested"], _stdout, diagnostics, CancellationToken.None)
        );
        Assert.StartsWith("tool: error: the recipe is wrong\n  here: and here\n", Stderr, StringComparison.Ordinal);
        Assert.Equal(printed, Stderr.Contains("\nSystem.AggregateException: ", StringComparison.Ordinal));
        Assert.Equal(
            printed,
            Stderr.Contains("UserErrorException: the recipe is wrong", StringComparison.Ordinal)
                && Stderr.Contains("   at Peipkg.CommandLine.Host.CommandLineHost.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Values_that_do_not_go_together_exit_2()
    {
        Assert.Equal(ExitCode.Usage, Run("fail", "usage"));
        Assert.Equal("tool: error: --env A is given twice\n", Stderr);
    }

    [Fact]
    public void Cancellation_by_a_signal_exits_130()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Equal(ExitCode.Interrupted, Invoke(["fail", "cancelled"], source.Token));
        Assert.Equal("tool: error: interrupted\n", Stderr);
    }

    [Fact]
    public async Task Asynchronous_actions_follow_the_same_rules()
    {
        Command root = new("tool", "Asynchronous.");
        root.SetAction(
            async (_, cancellation) =>
            {
                await Task.Delay(1, cancellation);
                throw new UserErrorException("late");
            }
        );
        Assert.Equal(
            1,
            await CommandLineHost.InvokeAsync(
                root,
                [],
                _stdout,
                new Diagnostics("tool", _stderr),
                CancellationToken.None
            )
        );
        Assert.Equal("tool: error: late\n", Stderr);
    }

    private int Run(params string[] words) => Invoke(words, CancellationToken.None);

    private int Invoke(string[] words, CancellationToken cancellation) =>
        CommandLineHost.Invoke(Root(_stdout), words, _stdout, new Diagnostics("tool", _stderr), cancellation);

    private static Command Root(TextWriter stdout)
    {
        Option<string> recipe = CommandOptions.Path("--recipe", "PATH", "The recipe.", required: true);
        Option<string> version = CommandOptions.Text("--version", "VERSION", "The version.", required: true);
        Option<IReadOnlyList<string>> env = CommandOptions.Paths("--env", "NAME=VALUE", "Variables.");
        Option<int> count = CommandOptions.Parsed<int>("--count", "N", "How many.", ParseCount);
        Option<string> mode = CommandOptions.Choice("--mode", "How.", "fast", "fast", "slow");
        Option<bool> json = CommandOptions.Flag("--json", "As JSON.");
        Command build = new("build", "Builds.") { recipe, version, env, count, mode, json };
        build.SetAction(result =>
        {
            stdout.WriteLine(
                $"recipe {result.GetValue(recipe)}, version {result.GetValue(version)}, "
                    + $"env {string.Join(' ', result.GetValue(env)!)}, json {result.GetValue(json)}"
            );
            return 0;
        });

        Argument<IReadOnlyList<string>> files = CommandOptions.Arguments("FILE", "Files.");
        Option<IReadOnlyList<string>> keys = CommandOptions.Paths("--key", "PUB", "Keys.");
        Command verify = new("verify", "Verifies.") { files, keys };
        verify.SetAction(result =>
        {
            stdout.WriteLine(
                $"{string.Join(' ', result.GetValue(keys)!)}: {string.Join(' ', result.GetValue(files)!)}"
            );
            return 0;
        });

        Argument<string> kind = CommandOptions.Argument("KIND", "How to fail.");
        Command fail = new("fail", "Fails.") { kind };
        fail.SetAction(result =>
        {
            stdout.WriteLine("before");
            UserErrorException user = new("the recipe is wrong\n  here: and here");
            return result.GetValue(kind) switch
            {
                "user" => throw user,
                "usage" => throw new UsageErrorException("--env A is given twice"),
                "nested" => throw new AggregateException(user),
                "format" => throw new FormatViolationException("tar-entry-order", "usr/bin/x", "the entry is late"),
                "disk" => throw new IOException("No space left on device : '/out/x'"),
                "bug" => throw new InvalidOperationException("odd"),
                "cancelled" => throw new OperationCanceledException(),
                _ => 7,
            };
        });

        return new Command("tool", "A tool for tests.") { build, verify, fail };
    }

    private static bool ParseCount(string? text, out int value, [NotNullWhen(false)] out string? error)
    {
        error = int.TryParse(text, out value) ? null : $"\"{text}\" is no number";
        return error is null;
    }
}
