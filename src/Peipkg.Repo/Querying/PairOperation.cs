using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Querying;

/// <summary>Answers a question about two texts: once for the command line, or once for every line of standard input.</summary>
internal static class PairOperation
{
    /// <summary>Stands for standard input where an argument is expected.</summary>
    internal const string StandardInput = "-";

    /// <summary>What is printed for a line that cannot be answered, so that answers stay beside their questions.</summary>
    internal const string NoAnswer = "error";

    /// <summary>Answers, or says what is wrong with the texts.</summary>
    internal delegate string? Question(string first, string second, out string? error);

    /// <summary>The order of two versions: <c>-1</c>, <c>0</c> or <c>1</c>.</summary>
    internal static string? Compare(string first, string second, out string? error)
    {
        if (
            !PackageVersion.TryParse(first, out PackageVersion a, out error)
            || !PackageVersion.TryParse(second, out PackageVersion b, out error)
        )
        {
            return null;
        }

        return Math.Sign(PackageVersion.Compare(a, b)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Whether a version satisfies a constraint: <c>true</c> or <c>false</c>.</summary>
    internal static string? Match(string version, string constraint, out string? error)
    {
        if (
            !PackageVersion.TryParse(version, out PackageVersion candidate, out error)
            || !VersionConstraint.TryParse(constraint, out VersionConstraint condition, out error)
        )
        {
            return null;
        }

        return condition.IsSatisfiedBy(candidate) ? "true" : "false";
    }

    /// <summary>Answers for two arguments, or for the lines of standard input when the only argument is <c>-</c>.</summary>
    internal static int Run(string first, string? second, Question question, OperationContext context)
    {
        if (second is null)
        {
            return first == StandardInput
                ? RunLines(question, context)
                : throw new UserErrorException(
                    $"a second argument is missing; with \"{StandardInput}\" alone, tab-separated pairs are read from standard input"
                );
        }

        string? answer = question(first, second, out string? error);
        if (answer is null)
        {
            throw new UserErrorException(error!);
        }

        context.Output.WriteLine(answer);
        return ExitCode.Success;
    }

    private static int RunLines(Question question, OperationContext context)
    {
        int number = 0;
        int invalid = 0;
        while (context.Input.ReadLine() is { } line)
        {
            number++;
            string[] parts = line.Split('\t');
            string? error =
                parts.Length == 2 ? null : $"a line has two fields separated by one tab, this one has {parts.Length}";
            string? answer = error is null ? question(parts[0], parts[1], out error) : null;
            if (answer is null)
            {
                invalid++;
                context.Diagnostics.Error($"line {number}: {error}");
            }

            context.Output.WriteLine(answer ?? NoAnswer);
        }

        return invalid == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
