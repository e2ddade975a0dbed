using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// <c>[build] launcher</c>: a program and its words. <c>{job}</c> and <c>{workdir}</c> anywhere in a word stand for the
/// paths of a job's description and directory; each word stays one word whatever is put in.
/// </summary>
internal sealed class LauncherCommand
{
    private const string Job = "{job}";
    private const string Directory = "{workdir}";

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

    /// <summary>The words after the program for one job.</summary>
    /// <param name="job">The path of job.json.</param>
    /// <param name="directory">The job's directory.</param>
    public IReadOnlyList<string> ArgumentsFor(string job, string directory) =>
        [
            .. _words.Select(word =>
                word.Replace(Job, job, StringComparison.Ordinal).Replace(Directory, directory, StringComparison.Ordinal)
            ),
        ];

    private static bool Names(string word, string placeholder) => word.Contains(placeholder, StringComparison.Ordinal);
}
