using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Identity;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// <c>launcher</c> of <c>[build]</c> or a pool: a program and its words. <c>{job}</c> and <c>{workdir}</c> anywhere in a
/// word stand for the paths of a job's description and directory, <c>{architecture}</c> for that of the machine it needs;
/// each word stays one word whatever is put in.
/// </summary>
internal sealed class LauncherCommand
{
    private const string Job = "{job}";
    private const string Directory = "{workdir}";
    private const string Machine = "{architecture}";

    private readonly IReadOnlyList<string> _words;

    private LauncherCommand(string program, IReadOnlyList<string> words)
    {
        Program = program;
        _words = words;
    }

    /// <summary>The program: an absolute path.</summary>
    public string Program { get; }

    /// <summary>All of it, as configured.</summary>
    public IEnumerable<string> Words => _words.Prepend(Program);

    /// <summary>Checks the words of the configuration.</summary>
    public static bool TryCreate(
        IReadOnlyList<string> words,
        [NotNullWhen(true)] out LauncherCommand? value,
        [NotNullWhen(false)] out string? error
    )
    {
        error =
            words.Count == 0 ? "it is empty; write the program and its arguments, or leave the key out"
            : !words[0].StartsWith('/') ? $"the program must be an absolute path, not \"{words[0]}\""
            : words.Any(word => word.Contains('\0', StringComparison.Ordinal)) ? "it holds a NUL"
            : !words.Skip(1).Any(word => Names(word, Job) || Names(word, Directory))
                ? $"it names neither {Job} nor {Directory}, so the launcher would not know what to build"
            : null;
        value = error is null ? new LauncherCommand(words[0], [.. words.Skip(1)]) : null;
        return error is null;
    }

    /// <summary>Reads the key <c>launcher</c> of a section; what is wrong goes to the section's problems.</summary>
    /// <returns>Null where there is none, or it is wrong.</returns>
    public static LauncherCommand? Read(TomlSection section)
    {
        IReadOnlyList<Located<string>> words = section.Strings("launcher");
        LauncherCommand? launcher = null;
        if (
            section.Has("launcher")
            && !TryCreate([.. words.Select(word => word.Value)], out launcher, out string? error)
        )
        {
            section.Problems.Error(section.PositionOf("launcher"), $"launcher in {section.Label}: {error}");
        }

        return launcher;
    }

    /// <summary>The words after the program for one job.</summary>
    /// <param name="job">The path of job.json.</param>
    /// <param name="directory">The job's directory.</param>
    /// <param name="machine">The architecture of the machine that it needs.</param>
    public IReadOnlyList<string> ArgumentsFor(string job, string directory, Architecture machine) =>
        [
            .. _words.Select(word =>
                word.Replace(Machine, machine.Text, StringComparison.Ordinal)
                    .Replace(Job, job, StringComparison.Ordinal)
                    .Replace(Directory, directory, StringComparison.Ordinal)
            ),
        ];

    private static bool Names(string word, string placeholder) => word.Contains(placeholder, StringComparison.Ordinal);
}
