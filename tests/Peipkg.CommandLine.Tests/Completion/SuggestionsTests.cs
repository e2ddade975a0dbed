using System.CommandLine;
using System.CommandLine.Completions;
using System.Diagnostics;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.CommandLine.Tests.Completion;

public sealed class SuggestionsTests
{
    [Theory]
    [InlineData("", "build verify key help completion man")]
    [InlineData("ve", "verify")]
    [InlineData("--", "--version --quiet --verbose --help")]
    [InlineData("build --", "--mode --out --recipe --env --name --version --quiet --verbose --help")]
    [InlineData("build -", "--mode --out --recipe --env --name --version --quiet -q --verbose --help -h")]
    [InlineData("build --mode fast --m", "")]
    [InlineData("build --env A=B --e", "--env")]
    [InlineData("build -q --qu", "")]
    [InlineData("build --mode ", "fast slow")]
    [InlineData("build --mode s", "slow")]
    [InlineData("build --mode=", "--mode=fast --mode=slow")]
    [InlineData("build --mode=f", "--mode=fast")]
    [InlineData("build --out ", ":directory")]
    [InlineData("build --out=", ":directory")]
    [InlineData("build --recipe x", ":file")]
    [InlineData("build --recipe=x", ":file")]
    [InlineData("build --env ", "")]
    [InlineData("build --nope=", "")]
    [InlineData("build --name z", "zlib zstd")]
    [InlineData("build --out d ", "")]
    [InlineData("verify ", ":file")]
    [InlineData("verify a b ", ":file")]
    [InlineData("verify -- --", ":file")]
    [InlineData("key ", "make show")]
    [InlineData("key make ", "red green blue")]
    [InlineData("key make red ", "zlib zstd bzip2")]
    [InlineData("key make red zlib ", "")]
    [InlineData("key nope ", "")]
    [InlineData("completion ", "bash fish zsh")]
    [InlineData("help ", "build completion help key man verify")]
    public void What_fits_at_the_end_of_the_line_is_offered(string line, string offered) =>
        Assert.Equal(
            offered.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            Suggest(line).Select(found => found.Split('\t')[0]).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Meanings_are_first_sentences() =>
        Assert.Equal(["build\tBuilds", "--out\tWhere to"], [.. Suggest("bu"), .. Suggest("build --o")]);

    [Fact]
    public void Nothing_is_done_and_nothing_complained_about()
    {
        Assert.Empty(Suggest("build --mode fast --mode"));
        Assert.Empty(Suggest("nope nope "));
    }

    [Theory]
    [InlineData("tool key make ", "blue green red")]
    [InlineData("tool build --mode s", "slow")]
    [InlineData("tool build --mode=s", "slow")]
    [InlineData("tool build --na", "--name")]
    public void Bash_offers_what_the_program_suggests(string line, string offered)
    {
        // bash splits at "=" before it asks.
        string[] words = line.Replace("=", " = ", StringComparison.Ordinal).Split(' ');
        string script = $"""
            {Program()}
            eval "$(tool completion bash)"
            COMP_WORDS=({string.Join(' ', words.Select(word => $"'{word}'"))}) COMP_CWORD={words.Length - 1}
            _tool
            echo "$(printf '%s\n' "${"{COMPREPLY[@]}"}" | sort | xargs)"
            """;
        Assert.Equal(offered + "\n", Shell("bash", "--norc", "-c", script));
    }

    [Theory]
    [InlineData("tool key make ", "blue green red")]
    [InlineData("tool build --mode s", "slow")]
    [InlineData("tool build --mode=s", "--mode=slow")]
    public void Fish_offers_what_the_program_suggests(string line, string offered) =>
        Assert.Equal(
            offered.Replace(" ", "\n", StringComparison.Ordinal) + "\n",
            Shell(
                "fish",
                "--no-config",
                "-c",
                $"""
                function tool; bash -c '{Program()}'\n'tool "$@"' tool $argv; end
                tool completion fish | source
                complete -C "{line}" | string split -f 1 \t | sort
                """
            )
        );

    [Theory]
    [InlineData("'tool' 'key' 'make' ''", 4, "", "blue: green: red:")]
    [InlineData("'tool' 'build' '--mode' 's'", 4, "s", "slow:")]
    [InlineData("'tool' 'build' '--mode=s'", 3, "--mode=s", "slow:")]
    public void Zsh_offers_what_the_program_suggests(string words, int current, string prefix, string offered)
    {
        string script = $"""
            {Program()}
            compset() {"{ : }"}
            compdef() {"{ : }"}
            _describe() {"{ print -r -- \"${(oP@)2}\" }"}
            source <(tool completion zsh)
            words=({words}) CURRENT={current} PREFIX={prefix}
            _tool
            """;
        Assert.Equal(offered + "\n", Shell("zsh", "-f", "-c", script));
    }

    // A stand-in for the program: its scripts, and its answers to the questions that the tests ask.
    private static string Program()
    {
        string[] lines = ["key make ", "build --mode s", "build --mode=s", "build --na"];
        string answers = string.Concat(
            lines.Select(line =>
                $"\"{line}\") printf \"%s\\\\n\" {string.Join(' ', Suggest(line).Select(found => $"\"{found}\""))} ;;\n"
            )
        );
        string scripts = string.Concat(
            new[] { "bash", "zsh", "fish" }.Select(shell => $"{shell}) cat {ScriptFile(shell)} ;;\n")
        );
        return $"tool() {{ if [ \"$1\" = completion ]; then case \"$2\" in\n{scripts}esac; return; fi; shift; case \"$*\" in\n{answers}esac; }}";
    }

    private static string ScriptFile(string shell)
    {
        string file = Path.Combine(Path.GetTempPath(), $"peipkg-completion-{Environment.ProcessId}.{shell}");
        File.WriteAllText(file, Run("completion", shell));
        return file;
    }

    private static string[] Suggest(string line) =>
        Run(["[suggest]", .. line.Split(' ')]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Run(params string[] words)
    {
        using StringWriter stdout = new() { NewLine = "\n" };
        using StringWriter stderr = new();
        Assert.Equal(
            0,
            CommandLineHost.Invoke(Root(), words, stdout, new Diagnostics("tool", stderr), CancellationToken.None)
        );
        Assert.Equal("", stderr.ToString());
        return stdout.ToString();
    }

    private static string Shell(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(error.Result.Length == 0, error.Result);
        return output;
    }

    private static Command Root()
    {
        Option<string> name = CommandOptions.Text("--name", "NAME", "Which.");
        Argument<string> which = CommandOptions.Argument("WHICH", "Which.");
        foreach (
            List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources in new[]
            {
                name.CompletionSources,
                which.CompletionSources,
            }
        )
        {
            sources.Clear();
            sources.Add(_ => [new CompletionItem("zlib"), new CompletionItem("zstd"), new CompletionItem("bzip2")]);
        }

        Command build = new("build", "Builds. Not more.")
        {
            CommandOptions.Choice("--mode", "How.", "fast", "fast", "slow"),
            CommandOptions.Path("--out", "DIR", "Where to; it is made."),
            CommandOptions.Path("--recipe", "FILE", "What."),
            CommandOptions.Paths("--env", "NAME=VALUE", "Variables."),
            name,
        };
        Command verify = new("verify", "Verifies.") { CommandOptions.Arguments("FILE", "Files.") };
        Command make = new("make", "Makes.")
        {
            CommandOptions.ChoiceArgument("COLOUR", "Which.", "red", "green", "blue"),
            which,
        };
        Command key = new("key", "Keys.") { make, new Command("show", "Shows.") };
        foreach (Command command in new[] { build, verify, make })
        {
            command.SetAction(int (_) => throw new InvalidOperationException("a suggestion must not run anything"));
        }

        return new Command("tool", "A tool for tests.") { build, verify, key };
    }
}
